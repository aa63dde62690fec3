"""Seed 002, one test per rule: what it says of payments, their relations and indexes, in its words.

What it calls `amount` as a decimal is kept in the smallest unit, and its statuses are written in
small letters, beside two that the mission adds: `authorized` and `refunded`.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from guilder.payments.payment import PaymentStatus
from tests.http.documents import problem
from tests.payments.till import VISA, Till
from tests.world import World

USER = UUID("01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10")
SALE: dict[str, Any] = {"amount": 2000, "currency": "USD", "payment_method": VISA, "confirm": True}

ATTRIBUTES: dict[str, tuple[str, str, bool]] = {
    "id": ("id", "uuid", True),
    "orderId": ("order_id", "text", False),
    "userId": ("user_id", "uuid", False),
    "amount": ("amount_minor", "bigint", True),
    "currency": ("currency", "text", True),
    "status": ("status", "text", True),
    "paymentGateway": ("gateway", "text", False),
    "gatewayPaymentIntentId": ("gateway_payment_intent_id", "text", False),
    "description": ("description", "text", False),
    "metadata": ("metadata", "jsonb", True),
    "paymentMethodId": ("payment_method_id", "uuid", False),
    "lastErrorMessage": ("last_error_message", "text", False),
    "createdAt": ("created_at", "timestamp with time zone", True),
    "updatedAt": ("updated_at", "timestamp with time zone", True),
    "expiresAt": ("expires_at", "timestamp with time zone", False),
}
"""Each attribute of the table, the column that holds it, its type, and whether it is required."""


@pytest.mark.parametrize("attribute", ATTRIBUTES)
async def test_each_attribute_has_its_column_and_data_type(till: Till, attribute: str) -> None:
    """An order is not required: 003 takes payments without one."""
    name, kind, is_required = ATTRIBUTES[attribute]

    column = await till.owner.fetchrow(
        "select format_type(atttypid, atttypmod) as type, attnotnull as is_required"
        " from pg_attribute where attrelid = 'payments.payment'::regclass and attname = $1",
        name,
    )

    assert column is not None
    assert tuple(column) == (kind, is_required)


async def test_order_id_is_the_order_this_payment_is_associated_with(
    api: httpx.AsyncClient,
) -> None:
    made = await api.post("/v1/payments", json=SALE | {"order_id": "12345"})

    assert made.json()["order_id"] == "12345"


async def test_user_id_is_the_user_making_the_payment(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/payments", json=SALE | {"user_id": str(USER)})

    assert made.json()["user_id"] == str(USER)


async def test_user_id_may_be_null_for_guest_checkouts(api: httpx.AsyncClient) -> None:
    made = await api.post("/v1/payments", json=SALE)

    assert (made.json()["user_id"], made.json()["status"]) == (None, "succeeded")


async def test_amount_is_the_total_amount_to_be_paid(till: Till) -> None:
    payment = await till.paid("1234.56", currency="USD")

    assert str(payment.amount) == "1234.56 USD"
    assert payment.captured_minor == payment.amount_minor == 123_456


async def test_currency_is_a_currency_code_for_the_payment_amount(till: Till) -> None:
    assert (await till.paid(currency="USD")).currency == "USD"


@pytest.mark.parametrize(
    "status",
    ["pending", "processing", "succeeded", "failed", "requires_action", "canceled"],
)
async def test_status_is_the_current_status_of_the_payment(till: Till, status: str) -> None:
    payment = await till.come_to(PaymentStatus(status))

    assert (await till.look(payment)).status == status


async def test_status_takes_no_other_value(till: Till) -> None:
    payment = await till.pending()

    with pytest.raises(asyncpg.CheckViolationError):
        await till.owner.execute(
            "update payments.payment set status = 'confirmed' where id = $1", payment.id
        )


async def test_payment_gateway_is_the_gateway_used_or_intended(api: httpx.AsyncClient) -> None:
    intended = await api.post(
        "/v1/payments", json={"amount": 1, "currency": "USD", "gateway": "sandbox"}
    )
    used = await api.post("/v1/payments", json=SALE)

    assert (intended.json()["gateway"], used.json()["gateway"]) == ("sandbox", "sandbox")


async def test_gateway_payment_intent_id_is_the_identifier_within_the_gateway(till: Till) -> None:
    pending, paid = await till.pending(), await till.paid()

    assert pending.gateway_payment_intent_id is None
    assert paid.gateway_payment_intent_id == await till.owner.fetchval(
        "select intent from payments.sandbox_movement where tenant_id = $1", till.world.tenant_id
    )


async def test_description_is_a_brief_memo(api: httpx.AsyncClient) -> None:
    memo = "Payment for Order #12345"

    made = await api.post("/v1/payments", json=SALE | {"description": memo})

    assert made.json()["description"] == memo


async def test_metadata_is_any_additional_metadata(api: httpx.AsyncClient) -> None:
    further = {"instructions": "ring twice", "source_ip": "192.0.2.7", "nested": [1, {"a": None}]}

    made = await api.post("/v1/payments", json=SALE | {"metadata": further})

    assert made.json()["metadata"] == further


async def test_payment_method_id_is_the_payment_method_used(api: httpx.AsyncClient) -> None:
    method = (await api.post("/v1/payment-methods", json={"token": VISA})).json()

    saved = await api.post("/v1/payments", json=SALE | {"payment_method": method["id"]})
    unsaved = await api.post("/v1/payments", json=SALE)

    assert saved.json()["payment_method_id"] == method["id"]
    assert unsaved.json()["payment_method_id"] is None


async def test_payment_method_id_is_a_foreign_key_to_payment_method(till: Till) -> None:
    payment = await till.paid()

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await till.owner.execute(
            "update payments.payment set payment_method_id = $2 where id = $1", payment.id, uuid4()
        )


async def test_last_error_message_stores_the_last_error_if_the_payment_failed(till: Till) -> None:
    failed, paid = await till.failed(), await till.paid()

    assert (failed.last_error_message, paid.last_error_message) == (
        "The card was declined.",
        None,
    )


async def test_created_at_is_when_the_payment_record_was_created(till: Till) -> None:
    before = await till.now()
    payment = await till.paid()

    assert before <= payment.created_at <= await till.now()


async def test_updated_at_is_when_the_payment_record_was_last_updated(till: Till) -> None:
    payment = await till.authorized()

    await till.capture(payment)

    assert (await till.look(payment)).updated_at > payment.updated_at


async def test_expires_at_is_when_this_payment_intent_might_expire(till: Till) -> None:
    tomorrow = await till.now() + timedelta(days=1)
    payment = await till.pending(expires_at=tomorrow)

    assert payment.expires_at == tomorrow
    await till.run_out(payment)
    await till.work(later=True)
    assert (await till.look(payment)).status is PaymentStatus.CANCELED


async def test_expires_at_is_when_this_authorization_might_expire(till: Till) -> None:
    payment = await till.authorized()

    assert payment.expires_at is not None
    await till.run_out(payment)
    await till.work(later=True)
    assert (await till.look(payment)).status is PaymentStatus.CANCELED


async def test_pending_the_payment_has_been_initiated_but_not_yet_processed(till: Till) -> None:
    assert await till.transactions(await till.pending()) == []


async def test_processing_the_payment_is_currently_being_processed_by_the_gateway(
    till: Till,
) -> None:
    assert await till.moved(await till.underway()) == ["capture 20.00 open"]


async def test_succeeded_the_payment_was_successful(till: Till) -> None:
    payment = await till.paid()

    assert payment.captured_minor == payment.amount_minor


async def test_failed_the_payment_failed(till: Till) -> None:
    payment = await till.failed()

    assert (payment.captured_minor, await till.balances()) == (0, {})


async def test_requires_action_the_payment_requires_additional_action_from_the_customer(
    api: httpx.AsyncClient, till: Till
) -> None:
    payment = await till.waiting()

    assert payment.action_url is not None
    assert "has to be confirmed by you" in (await api.get(payment.action_url)).text


async def test_canceled_the_payment_was_explicitly_canceled_before_completion(till: Till) -> None:
    payment = await till.cancel(await till.authorized())

    assert (payment.status, await till.balances()) == (PaymentStatus.CANCELED, {})


async def test_has_many_transaction_records_an_authorization_followed_by_a_capture(
    till: Till,
) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment)

    assert await till.moved(payment) == [
        "authorization 20.00 succeeded",
        "capture 20.00 succeeded",
    ]


async def test_has_many_transaction_records_multiple_refund_transactions(till: Till) -> None:
    payment = await till.paid("20.00")
    for amount in ("5.00", "6.00"):
        await till.refund(payment, amount)

    assert (await till.moved(payment))[1:] == ["refund 5.00 succeeded", "refund 6.00 succeeded"]


async def test_belongs_to_payment_method_optional(till: Till, api: httpx.AsyncClient) -> None:
    method = (await api.post("/v1/payment-methods", json={"token": VISA})).json()
    for _ in range(2):
        await till.paid(payment_method=method["id"])
    await till.paid()

    owned = await till.owner.fetchval(
        "select count(*) from payments.payment where payment_method_id = $1", UUID(method["id"])
    )
    assert owned == 2


INDEXES = {
    "primary key on id": ["tenant_id", "id"],
    "on orderId": ["tenant_id", "order_id"],
    "on userId": ["tenant_id", "user_id"],
    "on status": ["tenant_id", "status"],
    "on gatewayPaymentIntentId": ["tenant_id", "gateway_payment_intent_id"],
    "on status and createdAt": ["tenant_id", "status", "created_at"],
}


@pytest.mark.parametrize("rule", INDEXES)
async def test_indexes(till: Till, rule: str) -> None:
    """That each is used is shown in `tests/payments/test_explain.py`."""
    rows = await till.owner.fetch(
        "select array(select pg_get_indexdef(indexrelid, place, false)"
        " from generate_series(1, indnkeyatts) as place) as columns"
        " from pg_index where indrelid = 'payments.payment'::regclass and indisvalid"
    )

    wanted = INDEXES[rule]
    assert any(row["columns"][: len(wanted)] == wanted for row in rows)


async def test_idempotency_the_combination_of_order_id_and_a_unique_request_identifier(
    api: httpx.AsyncClient, till: Till
) -> None:
    asked = SALE | {"order_id": "12345", "request_identifier": "try 1"}

    ids = {(await api.post("/v1/payments", json=asked)).json()["id"] for _ in range(3)}

    assert len(ids) == 1
    assert (await till.balances("USD"))["gateway/sandbox"] == "20.00"
    first, second = [await till.paid(order_id="7", request_identifier=name) for name in "ab"]
    with pytest.raises(asyncpg.UniqueViolationError):
        await till.owner.execute(
            "update payments.payment set request_identifier = 'a' where id = $1", second.id
        )
    assert first.id != second.id


async def test_security_access_controls_should_be_strict(
    till: Till, world: World, other: World
) -> None:
    path = f"/v1/payments/{(await till.paid()).id}"
    async with world.program("customers:read") as program, other.program("*") as stranger:
        problem(await program.get(path), 403, "permission_missing")
        problem(await stranger.get(path), 404, "payment_not_found")
        program.headers.pop("authorization")
        problem(await program.get(path), 401, "not_authenticated")


async def test_the_status_field_will_be_updated_based_on_gateway_responses(till: Till) -> None:
    paid, declined = await till.paid(), await till.failed()

    assert (paid.status, declined.status) == ("succeeded", "failed")


async def test_the_status_field_will_be_updated_based_on_webhook_events(till: Till) -> None:
    payment = await till.waiting()
    (attempt,) = await till.transactions(payment)
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt.id, agrees=True)

    assert await till.work() == ["sandbox_told", "apply_notice"]

    assert (await till.look(payment)).status == "succeeded"
