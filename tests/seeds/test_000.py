"""Seed 000, one test per rule: what it says of payments, in its own words.

What it says of users and sessions stands in `test_000_identity.py`.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from tests.http.documents import problem
from tests.payments.till import Till
from tests.world import World

USER = "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"
SALE: dict[str, Any] = {
    "amount": 2000,
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "user_id": USER,
}


async def column(till: Till, name: str) -> asyncpg.Record | None:
    """A column of payments, as the catalog knows it."""
    return await till.owner.fetchrow(
        "select format_type(atttypid, atttypmod) as type, attnotnull as is_required"
        " from pg_attribute where attrelid = 'payments.payment'::regclass and attname = $1",
        name,
    )


async def test_payment_id_is_a_unique_identifier_uuid(till: Till) -> None:
    one, another = await till.paid(), await till.paid()

    assert isinstance(one.id, UUID)
    assert one.id != another.id
    assert dict(await column(till, "id") or {}) == {"type": "uuid", "is_required": True}


async def test_payment_user_id_is_who_initiated_the_payment(api: httpx.AsyncClient) -> None:
    assert (await api.post("/v1/payments", json=SALE)).json()["user_id"] == USER


async def test_payment_amount_cents_is_the_amount_in_smallest_currency_unit(till: Till) -> None:
    amounts = [
        (await till.paid(amount, currency=currency)).amount_minor
        for amount, currency in (("20.00", "EUR"), ("20", "JPY"), ("20.000", "KWD"))
    ]

    assert amounts == [2000, 20, 20_000]


async def test_payment_currency_is_iso_4217(api: httpx.AsyncClient) -> None:
    for currency in ("USD", "EUR"):
        made = await api.post("/v1/payments", json=SALE | {"currency": currency})
        assert made.json()["currency"] == currency
    refused = await api.post("/v1/payments", json=SALE | {"currency": "ZZZ"})
    problem(refused, 422, "currency_not_known")


@pytest.mark.parametrize("status", ["pending", "succeeded", "failed", "refunded"])
async def test_payment_status_is_pending_succeeded_failed_or_refunded(
    till: Till, status: str
) -> None:
    ways = {"pending": till.pending, "succeeded": till.paid, "failed": till.failed}

    payment = await ways.get(status, till.refunded)()

    assert payment.status == status


async def test_payment_provider_ref_is_an_external_payment_provider_reference(till: Till) -> None:
    payment = await till.paid()

    reference = await till.owner.fetchval(
        "select intent from payments.sandbox_movement where tenant_id = $1", till.world.tenant_id
    )
    assert payment.gateway_payment_intent_id == reference


async def test_payment_idempotency_key_is_client_provided_to_prevent_duplicate_charges(
    api: httpx.AsyncClient, till: Till
) -> None:
    asked = SALE | {"idempotency_key": "client's"}

    ids = {(await api.post("/v1/payments", json=asked)).json()["id"] for _ in range(3)}

    assert len(ids) == 1
    assert (await till.balances())["gateway/sandbox"] == "20.00"


async def test_payment_created_at_and_updated_at_are_timestamps(till: Till) -> None:
    payment = await till.authorized()
    await till.capture(payment)

    after = await till.look(payment)
    assert after.created_at == payment.created_at <= payment.updated_at < after.updated_at
    for name in ("created_at", "updated_at"):
        assert dict(await column(till, name) or {}) == {
            "type": "timestamp with time zone",
            "is_required": True,
        }


async def test_no_sensitive_card_data_stored(till: Till) -> None:
    """Nothing but a gateway's token, the brand, the last four digits, a fingerprint, an expiry."""
    names = await till.owner.fetch(
        "select attname from pg_attribute join pg_class on pg_class.oid = attrelid"
        " where relnamespace = 'payments'::regnamespace and attnum > 0 and relkind = 'r'"
    )
    words = ("number", "pan", "cvc", "cvv", "security", "track", "pin")

    assert [
        row["attname"] for row in names if any(word in row["attname"].split("_") for word in words)
    ] == []


@pytest.mark.parametrize("amount", [0, -1])
async def test_payment_amount_cents_is_greater_than_0(
    api: httpx.AsyncClient, till: Till, amount: int
) -> None:
    refused = await api.post("/v1/payments", json=SALE | {"amount": amount})

    problem(refused, 422, "amount_not_positive")
    payment = await till.paid()
    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            "update payments.payment set amount_minor = $2, authorized_minor = 0,"
            " captured_minor = 0, status = 'failed' where id = $1",
            payment.id,
            amount,
        )


@pytest.mark.parametrize("currency", ["EU", "EURO", ""])
async def test_currency_is_exactly_3_characters(
    api: httpx.AsyncClient, till: Till, currency: str
) -> None:
    refused = await api.post("/v1/payments", json=SALE | {"currency": currency})

    problem(refused, 422, "invalid_request")
    payment = await till.paid()
    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            "update payments.payment set currency = $2 where id = $1", payment.id, currency
        )


async def test_same_user_id_and_idempotency_key_must_not_create_more_than_one_successful_charge(
    world: World, till: Till
) -> None:
    """Sixteen programs at once, each by a key and a connection of its own."""
    asked = SALE | {"idempotency_key": "one"}

    async def ask() -> httpx.Response:
        async with world.program("payments:write") as program:
            return await program.post("/v1/payments", json=asked)

    answers = await asyncio.gather(*(ask() for _ in range(16)))

    assert len({answer.json()["id"] for answer in answers}) == 1
    charges = await till.owner.fetchval(
        "select count(*) from payments.sandbox_movement where tenant_id = $1 and status = 'done'",
        world.tenant_id,
    )
    assert charges == 1


async def test_the_database_refuses_a_second_charge_of_the_same_user_id_and_idempotency_key(
    till: Till,
) -> None:
    first, second = [await till.paid(user_id=UUID(USER), idempotency_key=key) for key in "ab"]

    with pytest.raises(asyncpg.UniqueViolationError):
        await till.owner.execute(
            "update payments.payment set idempotency_key = 'a' where id = $1", second.id
        )
    assert first.id != second.id


async def test_scope_payment_by_tenant_id(till: Till, other: World) -> None:
    payment = await till.paid(user_id=UUID(USER), idempotency_key="one")
    stranger = Till(other, till.owner)

    theirs = await stranger.paid(user_id=UUID(USER), idempotency_key="one")

    assert theirs.id != payment.id
    async with other.program("*") as program:
        problem(await program.get(f"/v1/payments/{payment.id}"), 404, "payment_not_found")


async def test_audit_an_event_table_for_sensitive_actions_payment(till: Till) -> None:
    payment = await till.paid()
    await till.world.relayed(2)

    async with till.world.program("payments:read") as program:
        events = (await program.get(f"/v1/payments/{payment.id}/events")).json()["data"]

    assert [(event["type"], event["actor"]) for event in events] == [
        ("payment.succeeded", "operator")
    ]
