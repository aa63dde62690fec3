"""Our books agree among themselves and with the gateway's, and where they do not it is told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.payments.payment import CaptureMode, Payment
from tests.http.documents import problem
from tests.payments.till import Till
from tests.world import World


async def told_stories(till: Till) -> Payment:
    """A little of everything. Answers a payment that was captured and refunded in parts."""
    ada = await till.customer()
    payment = await till.authorized("20.00", customer_id=ada)
    for amount in ("5.00", "10.00"):
        await till.capture(payment, amount)
    await till.refund(payment, "7.00")
    await till.cancel(await till.authorized("3.00"))
    await till.failed()
    await till.refunded("2.00")
    await till.paid("900", currency="JPY")
    await till.waiting()
    await till.underway("4.00", capture=CaptureMode.MANUAL)
    await till.paid("6.00", payment_method="pm_card_createDispute")
    await till.work(later=True)
    return payment


async def test_after_all_that_the_books_agree(till: Till, api: httpx.AsyncClient) -> None:
    await told_stories(till)

    checked = (await api.get("/v1/ledger/check")).json()

    assert checked["agrees"] is True
    assert (checked["against_transactions"], checked["against_ledger"]) == ([], [])
    assert checked["drifts"] == []
    assert checked["checked"]["payments"] == 8
    assert checked["checked"]["open_attempts"] == 1
    for total in (await api.get("/v1/ledger/trial-balance")).json()["data"]:
        assert total["is_balanced"] is True


A_REFUND_MORE = """
    insert into ledger.entry (
        tenant_id, journal_id, line, unit, amount_minor, source_kind, source_owner,
        target_kind, target_owner, reason, subject_id
    )
    select
        tenant_id, gen_random_uuid(), 1, 'EUR', 1, 'gateway', 'sandbox', 'customer', '',
        'refund', id
    from payments.payment
    where id = $1
"""
A_YEN_MORE = """
    update ledger.balance set incoming_minor = incoming_minor + 1
    where kind = 'gateway' and unit = 'JPY'
    and tenant_id = (select tenant_id from payments.payment where id = $1)
"""
PAYMENT = "update payments.payment set {0} where id = $1".format
TRANSACTION = "update payments.transaction set amount_minor = 1 where type = 'refund'"

TAMPERING: dict[str, tuple[str, dict[str, str]]] = {
    "captured": (
        PAYMENT("captured_minor = captured_minor - 1"),
        {"against_transactions": "captured", "against_ledger": "captured"},
    ),
    "refunded": (
        PAYMENT("refunded_minor = refunded_minor + 1"),
        {"against_transactions": "refunded", "against_ledger": "refunded"},
    ),
    "transaction": (f"{TRANSACTION} and payment_id = $1", {"against_transactions": "refunded"}),
    "entry": (A_REFUND_MORE, {"against_ledger": "refunded", "drifts": "customer"}),
    "balance": (A_YEN_MORE, {"drifts": "gateway"}),
}


@pytest.mark.parametrize(("tampering", "found"), TAMPERING.values(), ids=TAMPERING)
async def test_what_the_owner_has_tampered_with_is_found(
    till: Till, api: httpx.AsyncClient, *, tampering: str, found: dict[str, str]
) -> None:
    payment = await told_stories(till)

    await till.owner.execute(tampering, payment.id)

    checked = (await api.get("/v1/ledger/check")).json()
    assert checked["agrees"] is False
    assert {
        name: checked[name][0].get("figure", checked[name][0].get("kind"))
        for name in ("against_transactions", "against_ledger", "drifts")
        if checked[name]
    } == found


async def reconciled(till: Till, api: httpx.AsyncClient) -> dict[str, Any]:
    """Have the last hour compared."""
    until = await till.now()
    asked = {"since": (until - timedelta(hours=1)).isoformat(), "until": until.isoformat()}
    begun = await api.post("/v1/gateways/sandbox/reconciliations", json=asked)
    assert (begun.status_code, begun.json()["status"]) == (202, "running"), begun.text
    assert "reconcile" in await till.work()
    shown: dict[str, Any] = (await api.get(f"/v1/reconciliations/{begun.json()['id']}")).json()
    return shown


async def test_the_lists_agree(till: Till, api: httpx.AsyncClient) -> None:
    await told_stories(till)

    shown = await reconciled(till, api)

    assert (shown["status"], shown["differences"]) == ("agreed", [])
    assert shown["movements"] == 7
    assert shown["finished_at"] is not None


A_CHARGE_OF_NOBODY = """
    insert into payments.sandbox_movement (
        tenant_id, id, intent, kind, status, amount_minor, currency
    )
    values ($1, gen_random_uuid(), 'elsewhere', 'charge', 'done', 700, 'EUR')
"""

DIFFERENCES: dict[str, tuple[str, dict[str, Any]]] = {
    "missing_there": (
        "delete from payments.sandbox_movement where tenant_id = $1",
        {"kind": "capture", "ours_minor": 2000, "theirs_minor": None},
    ),
    "missing_here": (
        A_CHARGE_OF_NOBODY,
        {"kind": "capture", "ours_minor": None, "theirs_minor": 700, "payment_id": None},
    ),
    "amount_differs": (
        "update payments.sandbox_movement set amount_minor = 1999 where tenant_id = $1",
        {"kind": "capture", "ours_minor": 2000, "theirs_minor": 1999},
    ),
}


@pytest.mark.parametrize("kind", DIFFERENCES)
async def test_each_kind_of_difference_is_shown(
    till: Till, api: httpx.AsyncClient, kind: str
) -> None:
    payment = await till.paid("20.00")
    tampering, expected = DIFFERENCES[kind]
    await till.owner.execute(tampering, till.world.tenant_id)
    # Its own clock may be a moment ahead of the span that is compared.
    await till.owner.execute(
        "update payments.sandbox_movement set created_at = now() - interval '1 minute'"
        " where tenant_id = $1",
        till.world.tenant_id,
    )

    shown = await reconciled(till, api)

    (difference,) = shown["differences"]
    assert (shown["status"], difference["problem"]) == ("differs", kind)
    assert {name: difference[name] for name in expected} == expected
    if "payment_id" not in expected:
        assert difference["payment_id"] == str(payment.id)


async def test_another_currency_is_a_difference(till: Till, api: httpx.AsyncClient) -> None:
    await till.paid("20.00")
    await till.owner.execute(
        "update payments.sandbox_movement set currency = 'USD' where tenant_id = $1",
        till.world.tenant_id,
    )

    assert (await reconciled(till, api))["differences"][0]["problem"] == "amount_differs"


async def test_what_lies_outside_the_span_is_no_difference(
    till: Till, api: httpx.AsyncClient
) -> None:
    """Two clocks: what is on both sides agrees, though one has it a moment before the span."""
    await till.paid("20.00")
    for table, column in (("sandbox_movement", "created_at"), ("transaction", "finished_at")):
        ago = "61 minutes" if table == "sandbox_movement" else "59 minutes"
        await till.owner.execute(
            f"update payments.{table} set {column} = now() - interval '{ago}' where tenant_id = $1",
            till.world.tenant_id,
        )

    assert (await reconciled(till, api))["status"] == "agreed"


async def test_what_only_they_have_counts_within_the_span(
    till: Till, api: httpx.AsyncClient
) -> None:
    await till.owner.execute(A_CHARGE_OF_NOBODY, till.world.tenant_id)
    await till.owner.execute(
        "update payments.sandbox_movement set created_at = now() - interval '61 minutes'"
        " where tenant_id = $1",
        till.world.tenant_id,
    )

    shown = await reconciled(till, api)

    assert (shown["status"], shown["movements"]) == ("agreed", 1)


@pytest.mark.parametrize(
    ("since", "until"),
    [(-1, 1), (-1, -2), (-1, -1), (-24 * 32, 0)],
    ids=["not over yet", "backwards", "empty", "too long"],
)
async def test_a_span_is_over_and_at_most_a_month(
    till: Till, api: httpx.AsyncClient, since: int, until: int
) -> None:
    now = await till.now()
    asked = {
        "since": (now + timedelta(hours=since)).isoformat(),
        "until": (now + timedelta(hours=until)).isoformat(),
    }

    refused = await api.post("/v1/gateways/sandbox/reconciliations", json=asked)

    problem(refused, 422, "span_not_valid")


async def test_reconciliations_are_listed_newest_first(till: Till, api: httpx.AsyncClient) -> None:
    ids = [(await reconciled(till, api))["id"] for _ in range(3)]

    path = "/v1/gateways/sandbox/reconciliations?limit=2"
    first = (await api.get(path)).json()
    rest = (await api.get(f"{path}&cursor={first['next_cursor']}")).json()

    assert [one["id"] for one in first["data"] + rest["data"]] == ids[::-1]


async def test_a_reconciliation_of_another_tenant_is_not_there(
    till: Till, api: httpx.AsyncClient, other: World
) -> None:
    shown = await reconciled(till, api)
    async with other.program("*") as stranger:
        for wanted in (shown["id"], str(uuid4())):
            answer = await stranger.get(f"/v1/reconciliations/{wanted}")
            problem(answer, 404, "reconciliation_not_found")


@pytest.mark.parametrize(
    ("name", "code"), [("bank", "gateway_not_known"), ("stripe", "gateway_not_configured")]
)
async def test_only_a_gateway_that_is_set_up_is_compared(
    till: Till, api: httpx.AsyncClient, name: str, code: str
) -> None:
    now = await till.now()
    asked = {"since": (now - timedelta(hours=1)).isoformat(), "until": now.isoformat()}

    problem(await api.post(f"/v1/gateways/{name}/reconciliations", json=asked), 404, code)
