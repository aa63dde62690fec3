"""The audit: the gateway's book, payments, transactions, ledger and facts tell one story."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import httpx

from prove.owner import connected, days_pass
from prove.shoppers import Shop, Told

QUIET_SECONDS: Final = 60.0
PASSING: Final = 0.3
SHOWN: Final = 3

UNDER_WAY: Final = """
select
    (select count(*) from payments.transaction where status in ('open', 'waiting')) as attempts,
    (
        select count(*) from jobs.job
        where status in ('ready', 'running') or status = 'scheduled'
        and kind in ('payments.settle_attempt', 'payments.apply_notice', 'payments.sandbox_told')
    ) as jobs,
    (select count(*) from events.outbox) as facts
"""

MOVEMENTS: Final = """
select
    coalesce(attempt.payment_id::text, line.intent) as payment_id,
    attempt.type as ours, line.kind as theirs,
    attempt.amount_minor as ours_minor, line.amount_minor as theirs_minor
from (select * from payments.transaction where status = 'succeeded' and type <> 'chargeback')
as attempt
full join (select * from payments.sandbox_movement where status = 'done') as line
using (tenant_id, id)
where
    attempt.id is null or line.id is null or attempt.currency <> line.currency
    or (attempt.amount_minor <> line.amount_minor and attempt.type <> 'void')
    or attempt.type <> case line.kind
        when 'charge' then 'capture' when 'hold' then 'authorization' else line.kind
    end
"""

FIGURES: Final = """
select
    payment.id, payment.amount_minor, payment.captured_minor, payment.refunded_minor,
    coalesce(sum(t.amount_minor) filter (where t.type = 'capture'), 0) as captured,
    coalesce(sum(t.amount_minor) filter (where t.type = 'refund'), 0) as refunded,
    payment.capturing_minor, payment.refunding_minor, payment.status
from payments.payment
left join payments.transaction as t
    on t.tenant_id = payment.tenant_id and t.payment_id = payment.id and t.status = 'succeeded'
group by payment.tenant_id, payment.id
"""

TOTALS: Final = """
select currency, sum(gateway)::int8 as gateway, sum(payments)::int8 as payments,
    sum(transactions)::int8 as transactions, sum(ledger)::int8 as ledger
from (
    select
        currency, 0 as payments, 0 as transactions, 0 as ledger,
        case kind when 'refund' then -amount_minor else amount_minor end as gateway
    from payments.sandbox_movement
    where status = 'done' and kind in ('charge', 'capture', 'refund')
    union all
    select currency, captured_minor - refunded_minor, 0, 0, 0 from payments.payment
    union all
    select currency, 0, case type when 'refund' then -amount_minor else amount_minor end, 0, 0
    from payments.transaction
    where status = 'succeeded' and type in ('capture', 'refund')
    union all
    select unit, 0, 0, case reason when 'refund' then -amount_minor else amount_minor end, 0
    from ledger.entry where reason in ('capture', 'refund')
) as each
group by currency order by currency
"""

CHARGES: Final = """
select
    payment.idempotency_key as key, count(distinct payment.id) as payments,
    count(line.id) filter (where line.status = 'done' and line.kind in ('charge', 'hold'))
    as charges
from payments.payment
left join payments.transaction as attempt
    on attempt.tenant_id = payment.tenant_id and attempt.payment_id = payment.id
left join payments.sandbox_movement as line
    on line.tenant_id = attempt.tenant_id and line.id = attempt.id
group by payment.idempotency_key
"""

FACTS: Final = """
select
    payment.id, payment.status, payment.captured_minor,
    coalesce((
        select array_agg(event.type order by event.position) from events.event
        where event.tenant_id = payment.tenant_id and event.object_id = payment.id
    ), '{}') as told,
    (
        select array_agg(
            t.type || ' ' || t.status || case when t.parent_id is null then ' first' else '' end
        )
        from payments.transaction as t
        where t.tenant_id = payment.tenant_id and t.payment_id = payment.id
    ) as attempts
from payments.payment
"""

TRANSACTIONS: Final = (
    "select id::text, payment_id::text, type, status, amount_minor from payments.transaction"
)

OTHERS: Final = {
    "jobs are dead": "select kind || ': ' || last_error from jobs.job where status = 'dead'",
    "notices were not looked into": "select gateway_notice_id from payments.notice "
    "where applied_at is null",
    "facts were put aside": "select consumer from events.skipped",
    "the log has gaps": "select position from (select position, row_number() over "
    "(order by position) as place from events.event) as log where position <> place",
    "holds are not what is authorized": "select payment.id::text from payments.payment "
    "left join (select subject_id, sum(amount_minor - taken_minor) as minor from ledger.hold "
    "where released_at is null group by subject_id) as held on held.subject_id = payment.id "
    "where coalesce(held.minor, 0) <> case payment.status when 'authorized' "
    "then authorized_minor - captured_minor else 0 end",
}

AFTER: Final = {
    "processing": {"succeeded", "failed", "authorized", "canceled", "refunded", "requires_action"},
    "requires_action": {"succeeded", "failed", "canceled", "authorized", "refunded"},
    "authorized": {"succeeded", "canceled", "refunded"},
    "succeeded": {"refunded"},
}
"""What may have become of a payment since its status was told."""

FACT_OF: Final = {"pending": "payment.created"}


async def settle_down(shop: Shop) -> list[str]:
    """Let time pass until nothing is under way any more."""
    deadline = time.monotonic() + QUIET_SECONDS
    left: dict[str, int] = {}
    while time.monotonic() < deadline:
        await days_pass(shop.house)
        await asyncio.sleep(PASSING)
        async with connected(shop.house) as owner:
            left = dict(await owner.fetchrow(UNDER_WAY) or {})
        if not any(left.values()):
            return []
    return [f"{count} {name} are still under way" for name, count in left.items() if count]


async def audit(shop: Shop, *, began: str, until: str) -> list[str]:
    """Compare everything with everything; answers what differs."""
    async with connected(shop.house) as owner:
        faults = [
            *_listed("movements differ from the gateway's", await owner.fetch(MOVEMENTS)),
            *_figures(await owner.fetch(FIGURES)),
            *_totals(await owner.fetch(TOTALS)),
            *_keys(shop, await owner.fetch(CHARGES)),
            *await _told(shop, owner),
            *_facts(await owner.fetch(FACTS)),
        ]
        for name, statement in OTHERS.items():
            faults += _listed(name, await owner.fetch(statement))
        events = await owner.fetchval("select count(*) from events.event")
    async with httpx.AsyncClient(
        base_url=shop.house.address, headers=shop.headers, timeout=60
    ) as client:
        return [*faults, *await _by_the_api(client, events, began=began, until=until)]


def _listed(name: str, found: Sequence[Any]) -> list[str]:
    shown = "; ".join(str(dict(row)) for row in found[:SHOWN])
    return [f"{len(found)} {name}: {shown}"] if found else []


def _figures(found: list[asyncpg.Record]) -> list[str]:
    wrong = [
        row
        for row in found
        if (row["captured_minor"], row["refunded_minor"]) != (row["captured"], row["refunded"])
        or row["capturing_minor"]
        or row["refunding_minor"]
        or not row["refunded"] <= row["captured"] <= row["amount_minor"]
    ]
    return _listed("payments differ from their transactions", wrong)


def _totals(found: list[asyncpg.Record]) -> list[str]:
    for row in found:
        print(f"    {row['currency']}  " + "  ".join(f"{k} {v:,}" for k, v in [*row.items()][1:]))
    return _listed("totals differ", [row for row in found if len({*[*row.values()][1:]}) > 1])


def _keys(shop: Shop, found: list[asyncpg.Record]) -> list[str]:
    twice = [row for row in found if row["charges"] > 1 or row["payments"] > 1]
    known = {row["key"] for row in found}
    lost = [
        {"key": key}
        for key, told in shop.told.items()
        if told.kind == "payment" and key not in known
    ]
    return [*_listed("keys charged twice", twice), *_listed("keys have no payment", lost)]


async def _told(shop: Shop, owner: asyncpg.Connection) -> list[str]:
    """Whether what was answered is still true, and whether more moved than was asked for."""
    statuses = {str(row["id"]): row["status"] for row in await owner.fetch(FIGURES)}
    moved = {row["id"]: row for row in await owner.fetch(TRANSACTIONS)}
    untrue = [
        {"key": key, "told": told.body.get("status"), "id": told.body.get("id")}
        for key, told in shop.told.items()
        if told.status < 300 and not _still_holds(told, statuses, moved)
    ]
    asked: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for told in shop.told.values():
        if told.kind in {"capture", "refund"} and told.payment_id:
            asked[told.payment_id, told.kind][told.asked.get("amount", 0)] += 1
    done: defaultdict[tuple[str, str], int] = defaultdict(int)
    for row in moved.values():
        if row["status"] == "succeeded":
            done[row["payment_id"], row["type"]] += 1
    more = [
        {"payment": payment_id, "kind": kind}
        for (payment_id, kind), amounts in asked.items()
        if done[payment_id, kind] > sum(amounts.values())
    ]
    refused = sum(told.status >= 400 for told in shop.told.values())
    print(f"    {len(shop.told)} keys answered, {refused} of them refused")
    return [*_listed("answers are not true", untrue), *_listed("payments moved more", more)]


def _still_holds(told: Told, statuses: dict[str, str], moved: dict[str, Any]) -> bool:
    status = told.body["status"]
    if told.kind in {"capture", "refund"}:
        found = moved.get(told.body["id"])
        if found is None or found["amount_minor"] != told.body["amount"]:
            return False
        return status in {"open", found["status"]}
    now = statuses.get(told.body["id"])
    return now == status or now in AFTER.get(status, ())


def _facts(found: list[asyncpg.Record]) -> list[str]:
    wrong = []
    for row in found:
        told, attempts = Counter(row["told"]), Counter(row["attempts"] or ())
        parts = attempts["capture succeeded"]
        lets_rest_go = row["captured_minor"] and parts and attempts["void succeeded"]
        is_right = (
            told[FACT_OF.get(row["status"], f"payment.{row['status']}")] >= 1
            and all(told[name] <= 1 for name in told if name not in REPEATED)
            and told["payment.refunded"] == attempts["refund succeeded"]
            and told["payment.refund_failed"] == attempts["refund failed"]
            and told["payment.captured"] + (told["payment.succeeded"] if parts else 0)
            == parts + bool(lets_rest_go)
        )
        if not is_right:
            wrong.append(row)
    return _listed("payments and their facts differ", wrong)


REPEATED: Final = frozenset({"payment.captured", "payment.refunded", "payment.refund_failed"})


async def _by_the_api(
    client: httpx.AsyncClient, events: int, *, began: str, until: str
) -> list[str]:
    faults = []
    check = (await client.get("/v1/ledger/check")).json()
    if not check["agrees"] or check["checked"]["open_attempts"]:
        faults.append(f"the ledger's check disagrees: {str(check)[:500]}")
    span = {"since": began, "until": until}
    begun = (await client.post("/v1/gateways/sandbox/reconciliations", json=span)).json()
    deadline = time.monotonic() + QUIET_SECONDS
    while begun["status"] == "running" and time.monotonic() < deadline:
        await asyncio.sleep(PASSING)
        begun = (await client.get(f"/v1/reconciliations/{begun['id']}")).json()
    if begun["status"] != "agreed" or not begun["movements"]:
        faults.append(f"the reconciliation is {begun['status']}: {str(begun)[:500]}")
    heard = -1
    while heard < events and time.monotonic() < deadline:
        quotas = (await client.get("/v1/quotas")).json()["data"]
        heard = next(quota["used"] for quota in quotas if quota["name"] == "facts_per_day")
        await asyncio.sleep(PASSING)
    if not events <= heard <= events + 1:  # the reconciliation tells one more
        faults.append(f"{events} facts, of which {heard} were heard")
    print(
        f"    {check['checked']['payments']} payments, {check['checked']['transactions']} "
        f"transactions, {check['checked']['entries']} entries, {begun['movements']} movements "
        f"reconciled, {heard} facts heard"
    )
    return faults
