"""Each day that is over is compared unasked, once, wherever money moved; and told once."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from guilder.db import STATEMENTS, Tx, system_transaction
from guilder.jobs import Cron
from guilder.payments.agreement.comparison import Comparison
from guilder.payments.agreement.daily import (
    DAILY,
    DAYS,
    MovingAccount,
    ReconcileDaily,
    moving_accounts,
    reconcile_daily,
    start_days,
)
from guilder.payments.agreement.reconciliation import (
    Reconciliation,
    finish,
    newest_reconciliations,
    reconciliation_by_id,
    start,
)
from guilder.payments.manifest import MANIFEST
from tests.payments.till import Till
from tests.race import race

A_GATEWAY = """
    insert into payments.gateway (tenant_id, name, is_enabled, position)
    values ($1, $2, true, 1)
"""
MOVED_THERE = """
    update payments.transaction set gateway = $2, finished_at = now() - $3::interval
    where tenant_id = $1
"""


async def moved(till: Till, gateway: str, *, ago: timedelta) -> None:
    """Have money of the tenant moved at a gateway of its own, so long ago."""
    await till.paid("20.00")
    await till.owner.execute(A_GATEWAY, till.world.tenant_id, gateway)
    await till.owner.execute(MOVED_THERE, till.world.tenant_id, gateway, ago)


async def listed(till: Till) -> list[MovingAccount]:
    """Of the accounts at which money moved lately those of the tenant, found one by one."""
    found: list[MovingAccount] = []
    while True:
        async with system_transaction(till.world.pool) as tx:
            page = await moving_accounts(
                tx,
                lately=timedelta(days=31),
                after_tenant=found[-1].tenant_id if found else None,
                after_gateway=found[-1].gateway if found else None,
                most=1,
            )
        if not page:
            return [one for one in found if one.tenant_id == till.world.tenant_id]
        found += page


async def compared(till: Till, gateway: str = "stripe") -> list[Reconciliation]:
    async with till.world.tx() as tx:
        return await newest_reconciliations(
            tx, tenant_id=tx.tenant_id, gateway=gateway, before=None, most=10
        )


@pytest.mark.parametrize(
    ("gateway", "days", "is_listed"), [("stripe", 30, True), ("paypal", 32, False)]
)
async def test_a_gateway_where_money_moved_lately_is_compared(
    till: Till, gateway: str, *, days: int, is_listed: bool
) -> None:
    await moved(till, gateway, ago=timedelta(days=days))

    assert [one.gateway for one in await listed(till)] == [gateway] * is_listed


async def test_the_sandbox_is_not_since_it_moves_no_money(till: Till) -> None:
    await moved(till, "sandbox", ago=timedelta(days=1))

    assert await listed(till) == []


async def test_the_job_begins_the_days_that_are_over_once(till: Till) -> None:
    await moved(till, "stripe", ago=timedelta(days=1))
    (handler,) = [one for one in MANIFEST.handlers if one.job is ReconcileDaily]
    assert handler.run is reconcile_daily

    for _ in range(2):
        await reconcile_daily(till.world.pool, None, ReconcileDaily())

    begun = (await compared(till))[::-1]
    midnight = (await till.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    assert [(one.since, one.until) for one in begun] == [
        (midnight - timedelta(days=ago), midnight - timedelta(days=ago - 1))
        for ago in range(DAYS, 0, -1)
    ]
    assert (await till.waiting_jobs()).count("reconcile") == DAYS


async def test_a_day_that_could_not_be_compared_is_tried_again(till: Till) -> None:
    first, *_ = await till.world.do(lambda tx: start_days(tx, gateway="stripe"))
    await till.world.do(lambda tx: finish(tx, first.id, Comparison(), error="it was closed"))

    again = await till.world.do(lambda tx: start_days(tx, gateway="stripe"))

    assert [one.since for one in again] == [first.since]


async def test_it_is_done_once_a_day_when_the_day_is_over_everywhere(till: Till) -> None:
    cron = Cron.parse(DAILY.cron, DAILY.zone)
    first = cron.after(await till.now())

    assert DAILY in MANIFEST.schedules
    assert cron.after(first) - first == timedelta(days=1)
    assert first.hour > 3, "PayPal's list is three hours behind"


async def test_of_two_who_finish_it_the_first_is_believed_and_told(till: Till) -> None:
    now = await till.now()
    begun = await till.world.do(
        lambda tx: start(tx, "sandbox", now - timedelta(hours=1), until=now)
    )

    async def end(tx: Tx, *, movements: int) -> tuple[bool, int]:
        told = await finish(tx, begun.id, Comparison(movements), error=None)
        return told is not None, len(tx.facts)

    outcomes = await race(
        till.world, lambda tx: end(tx, movements=1), lambda tx: end(tx, movements=2)
    )

    assert outcomes == [(True, 1), (False, 0)]
    found = await till.world.do(lambda tx: reconciliation_by_id(tx, begun.id))
    assert found.movements == 1


MANY = """
    with many as (
        insert into payments.payment (
            tenant_id, amount_minor, currency, status, capture, gateway, created_by
        )
        select $1, 2000, 'EUR', 'failed', 'automatic', 'sandbox', 'a test'
        from generate_series(1, 4000)
        returning id
    )
    insert into payments.transaction (
        tenant_id, payment_id, type, status, amount_minor, currency, gateway, gateway_reference,
        created_by, finished_at
    )
    select
        $1, many.id, 'capture', 'succeeded', 2000, 'EUR', 'sandbox', many.id::text, 'a test',
        now() - row_number() over () * interval '1 minute'
    from many
"""


async def explained(owner: asyncpg.Connection, till: Till, name: str, **given: Any) -> str:
    """How PostgreSQL finds movements for the application, under row security."""
    await owner.execute("analyze payments.payment; analyze payments.transaction")
    (statement,) = [one for one in STATEMENTS if one.name == name]
    text, params = statement.text()
    given |= {"tenant_id": till.world.tenant_id, "gateway": "sandbox"}
    async with till.world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[name] for name in params])
    return "\n".join(row[0] for row in rows)


async def test_each_look_at_our_movements_uses_its_index(till: Till) -> None:
    await till.owner.execute(MANY, till.world.tenant_id)
    now = await till.now()

    by_time = await explained(
        till.owner,
        till,
        "our_movements",
        since=now - timedelta(hours=2),
        until=now - timedelta(hours=1),
        most=1000,
    )
    by_name = await explained(till.owner, till, "movements_named", names=["one", "two"])

    condition = by_time.partition("transaction_moved on")[2].partition("Filter")[0]
    assert all(f"{part}" in condition for part in ("gateway =", "finished_at >=", "finished_at <"))
    assert "transaction_reference on" in by_name
    assert "Seq Scan" not in by_time + by_name
