"""Payments come in, by verbs and over HTTP, and each says how it stands."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from guilder.payments.gateways.sandbox import CARDS
from guilder.payments.intake import Taken
from guilder.payments.payment import CaptureMode, PaymentStatus
from tests.payments.till import Till, new
from tests.world import World

S = PaymentStatus
SALE = {"amount": 2000, "currency": "EUR", "payment_method": "pm_card_visa", "confirm": True}

FURTHER: dict[str, Any] = {
    "order_id": "order 7",
    "user_id": "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10",
    "description": "Payment for Order #7",
    "metadata": {"source_ip": "192.0.2.7", "gift": True, "nested": {"a": [1, 2]}},
    "country": "NL",
    "return_url": "https://shop.example/thanks",
    "idempotency_key": "a key",
    "request_identifier": "a request",
}


async def test_a_sale_is_taken_at_once(till: Till) -> None:
    payment = await till.paid("20.00")

    assert (payment.status, payment.captured_minor) == (S.SUCCEEDED, 2000)
    assert (payment.gateway, payment.expires_at) == ("sandbox", None)
    assert payment.gateway_payment_intent_id
    assert await till.moved(payment) == ["capture 20.00 succeeded"]
    assert await till.balances() == {"customer": "-20.00", "gateway/sandbox": "20.00"}


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"capture": CaptureMode.MANUAL},
        {"is_confirmed": False},
        {"payment_method": "pm_card_chargeDeclined"},
        {"payment_method": "pm_card_authenticationRequired"},
        {"expires_at": datetime(2099, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)},
        {**FURTHER, "user_id": UUID(FURTHER["user_id"])},
    ],
    ids=lambda asked: ",".join(asked) or "a sale",
)
async def test_a_payment_reads_as_it_was_answered(till: Till, asked: dict[str, Any]) -> None:
    (taken,) = await till.create(new("20.00", **asked))

    assert isinstance(taken, Taken)
    assert await till.look(taken.payment) == taken.payment
    for attempt in await till.transactions(taken.payment):
        assert attempt.is_charge
        assert attempt.is_finished is (taken.attempt_id is None)
        assert (attempt.amount_minor, attempt.currency) == (2000, "EUR")
        assert attempt.created_by == taken.payment.created_by
        assert attempt.error_code == taken.payment.last_error_code
        assert attempt.finished_at in {None, taken.payment.created_at}


async def test_an_authorization_moves_nothing(till: Till) -> None:
    payment = await till.authorized("20.00")

    assert (payment.status, payment.authorized_minor) == (S.AUTHORIZED, 2000)
    assert (payment.captured_minor, payment.capturable_minor) == (0, 2000)
    assert payment.expires_at is not None
    assert await till.moved(payment) == ["authorization 20.00 succeeded"]
    assert await till.balances() == {"customer": "0.00"}


async def test_a_payment_that_is_not_confirmed_waits(till: Till) -> None:
    payment = await till.pending("20.00")

    assert (payment.status, payment.authorized_minor) == (S.PENDING, 0)
    assert await till.transactions(payment) == []


async def test_what_a_customer_pays_is_theirs_and_what_guests_pay_is_shared(till: Till) -> None:
    ada = await till.customer("Ada")

    await till.paid("20.00", customer_id=ada)
    await till.paid("1.00")
    await till.paid("2.00")

    assert await till.balances() == {
        "customer": "-3.00",
        f"customer/{ada}": "-20.00",
        "gateway/sandbox": "23.00",
    }


@pytest.mark.parametrize(
    ("amount", "currency"), [("2000", "JPY"), ("20.000", "KWD"), ("1.0000001", "XLM")]
)
async def test_a_payment_is_of_any_currency(till: Till, amount: str, currency: str) -> None:
    payment = await till.paid(amount, currency=currency)

    assert str(payment.amount) == f"{amount} {currency}"
    assert (await till.balances(currency))["gateway/sandbox"] == amount


async def test_over_http_a_payment_shows_all_that_was_asked(
    api: httpx.AsyncClient, till: Till
) -> None:
    asked = SALE | FURTHER | {"customer_id": str(await till.customer())}

    made = await api.post("/v1/payments", json=asked)

    assert made.status_code == 201
    shown = made.json()
    kept = asked.keys() - {"payment_method", "confirm"}
    assert {name: shown[name] for name in kept} == {name: asked[name] for name in kept}
    assert (await api.get(f"/v1/payments/{shown['id']}")).json() == shown
    assert shown["status"] == "succeeded"
    assert shown["created_by"].startswith("api_key:")
    assert shown["instrument"] == {
        "type": "card",
        "brand": "visa",
        "last_four": "4242",
        "fingerprint": "sandbox_visa_4242",
        "expiry_month": 12,
        "expiry_year": 2040,
        "country": "US",
    }


async def test_over_http_amounts_follow_the_story(api: httpx.AsyncClient) -> None:
    held = (await api.post("/v1/payments", json=SALE | {"capture": "manual"})).json()
    path = f"/v1/payments/{held['id']}"
    taken = await api.post(f"{path}/captures", json={"amount": 1500, "final": True})
    back = await api.post(f"{path}/refunds", json={"amount": 400, "reason": "late"})

    amounts = [
        {name: one[name] for name in one if name.startswith("amount")}
        for one in (held, taken.json()["payment"], back.json()["payment"])
    ]
    nothing = dict.fromkeys(amounts[0], 0) | {"amount": 2000, "amount_authorized": 2000}
    assert amounts == [
        nothing | {"amount_capturable": 2000},
        nothing | {"amount_captured": 1500, "amount_refundable": 1500},
        nothing | {"amount_captured": 1500, "amount_refunded": 400, "amount_refundable": 1100},
    ]
    assert (taken.json()["type"], back.json()["type"]) == ("capture", "refund")
    assert back.json()["reason"] == "late"


async def test_a_payment_of_another_tenant_is_not_there(
    api: httpx.AsyncClient, other: World
) -> None:
    made = (await api.post("/v1/payments", json=SALE)).json()

    async with other.program("*") as stranger:
        path = f"/v1/payments/{made['id']}"
        answers = [
            await stranger.get(path),
            *[await stranger.get(f"{path}/{what}") for what in ("transactions", "timeline")],
            await stranger.get(f"{path}/events"),
            *[
                await stranger.post(f"{path}/{what}", json={})
                for what in ("confirmations", "captures", "cancellations", "refunds")
            ],
        ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (404, "payment_not_found")
    }


CODES = {token: card.decline[0] for token, card in CARDS.items() if card.decline}
BEHAVES: dict[str, dict[str, Any]] = {
    "pm_card_authenticationRequired": {"status": "requires_action"},
    "pm_card_threeDSecure2Required": {"status": "requires_action"},
    "pm_card_unavailable": {"status": "failed", "last_error_code": "gateway_unavailable"},
    "pm_card_timeoutBeforeCharge": {"status": "processing"},
    "pm_card_timeoutAfterCharge": {"status": "processing"},
    "pm_card_nobody_knows": {"status": "failed", "last_error_code": "payment_method_unknown"},
    **{token: {"status": "failed", "last_error_code": code} for token, code in CODES.items()},
}


@pytest.mark.parametrize("token", sorted(CARDS.keys() | BEHAVES))
async def test_every_card_of_the_sandbox_does_what_it_is_known_for(
    api: httpx.AsyncClient, till: Till, token: str
) -> None:
    expected = {"status": "succeeded", "last_error_code": None} | BEHAVES.get(token, {})

    made = await api.post("/v1/payments", json=SALE | {"payment_method": token})

    assert made.status_code == 201
    shown = made.json()
    assert {name: shown[name] for name in expected} == expected
    assert (shown["last_error_message"] is None) == (shown["last_error_code"] is None)
    assert (shown["next_action"] is None) == (shown["status"] != "requires_action")
    assert (shown["amount_captured"] > 0) == (shown["status"] == "succeeded")
    assert (await till.check()).agrees


@pytest.mark.parametrize(
    "token", ["pm_card_authenticationRequired", "pm_card_threeDSecure2Required"]
)
async def test_a_buyer_who_is_not_there_cannot_authenticate(
    api: httpx.AsyncClient, token: str
) -> None:
    asked = SALE | {"payment_method": token, "off_session": True}

    shown = (await api.post("/v1/payments", json=asked)).json()

    assert (shown["status"], shown["last_error_code"]) == ("failed", "authentication_required")


async def test_facts_tell_how_a_payment_came_about(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.pending()
    await till.confirm(payment)
    await till.refund(payment, "5.00")
    await till.world.relayed(5)

    events = (await api.get(f"/v1/payments/{payment.id}/events")).json()["data"]

    assert [event["type"] for event in events] == [
        "payment.refunded",
        "payment.succeeded",
        "payment.created",
    ]
    assert [event["data"]["amount_refunded"] for event in events] == [500, 0, 0]


async def test_a_payment_says_who_asked_for_it(till: Till, world: World) -> None:
    async with world.program("payments:write", "api_keys:read") as program:
        made = (await program.post("/v1/payments", json=SALE)).json()
        keys = (await program.get("/v1/api-keys")).json()["data"]

    assert [made["created_by"]] == [f"api_key:{key['id']}" for key in keys]
    assert (await till.paid()).created_by == "operator"
