"""What cannot be asked for: each with its documented problem, and nothing is written."""

import functools
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.app import PACKAGES
from guilder.kernel import MAX_MINOR
from guilder.reference import openapi
from tests.http.documents import pointers, problem
from tests.payments.till import Till
from tests.world import World

SALE: dict[str, Any] = {
    "amount": 2000,
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "confirm": True,
}


@functools.cache
def documented(path: str, method: str = "post") -> dict[str, Any]:
    """The answers of an endpoint that the reference promises, by their status."""
    endpoints = [endpoint for package in PACKAGES for endpoint in package.endpoints]
    answers: dict[str, Any] = openapi(endpoints, version="0")["paths"][path][method]["responses"]
    return answers


async def nothing_was_written(till: Till) -> bool:
    return (await till.check()).extent.payments == 0


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (0, "amount_not_positive"),
        (-1, "amount_not_positive"),
        (-(2**63), "amount_not_positive"),
        (MAX_MINOR + 1, "invalid_request"),
        (2**63 - 1, "invalid_request"),
        (1.5, "invalid_request"),
        (10.0, "invalid_request"),
        ("10", "invalid_request"),
        (True, "invalid_request"),
        (None, "invalid_request"),
        ([10], "invalid_request"),
        ({"minor": 10}, "invalid_request"),
    ],
)
async def test_what_an_amount_is_not(
    api: httpx.AsyncClient, till: Till, amount: Any, code: str
) -> None:
    refused = await api.post("/v1/payments", json=SALE | {"amount": amount})

    document = problem(refused, 422, code)
    if code == "invalid_request":
        assert pointers(document) == ["/amount"]
    assert await nothing_was_written(till)


@pytest.mark.parametrize("amount", ["9223372036854775808", "-9223372036854775809", "1e400", "NaN"])
async def test_what_no_column_holds_is_malformed(
    api: httpx.AsyncClient, till: Till, amount: str
) -> None:
    body = f'{{"amount": {amount}, "currency": "EUR"}}'

    refused = await api.post(
        "/v1/payments", content=body, headers={"content-type": "application/json"}
    )

    assert refused.status_code in {400, 422}, refused.text
    assert refused.json()["code"] in {"malformed_body", "invalid_request"}
    assert await nothing_was_written(till)


async def test_the_largest_amount_there_is(api: httpx.AsyncClient, till: Till) -> None:
    paid = await api.post("/v1/payments", json=SALE | {"amount": MAX_MINOR})
    back = await api.post(f"/v1/payments/{paid.json()['id']}/refunds", json={"amount": MAX_MINOR})

    assert (paid.json()["status"], back.status_code) == ("succeeded", 201)
    assert (await till.check()).agrees


@pytest.mark.parametrize(
    "currency", ["XXX", "XAU", "XTS", "ZZZ", "eur", "Eur", "€€€", "   ", "EU1"]
)
async def test_what_a_currency_is_not(api: httpx.AsyncClient, till: Till, currency: str) -> None:
    refused = await api.post("/v1/payments", json=SALE | {"currency": currency})

    assert problem(refused, 422, "currency_not_known")["currency"] == currency
    assert await nothing_was_written(till)


@pytest.mark.parametrize("currency", ["", "EU", "EURO", 978, None, True])
async def test_a_currency_is_three_letters(
    api: httpx.AsyncClient, till: Till, currency: Any
) -> None:
    refused = await api.post("/v1/payments", json=SALE | {"currency": currency})

    assert pointers(problem(refused, 422, "invalid_request")) == ["/currency"]
    assert await nothing_was_written(till)


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"capture": "later"}, "/capture"),
        ({"confirm": "true"}, "/confirm"),
        ({"confirm": 1}, "/confirm"),
        ({"payment_method": ""}, "/payment_method"),
        ({"payment_method": "x" * 256}, "/payment_method"),
        ({"customer_id": "ada"}, "/customer_id"),
        ({"user_id": "ada"}, "/user_id"),
        ({"order_id": ""}, "/order_id"),
        ({"order_id": "x" * 101}, "/order_id"),
        ({"description": "x" * 1001}, "/description"),
        ({"metadata": []}, "/metadata"),
        ({"metadata": {str(key): key for key in range(51)}}, "/metadata"),
        ({"metadata": {"x" * 101: 1}}, "/metadata"),
        ({"country": "nl"}, "/country"),
        ({"return_url": "javascript:alert(1)"}, "/return_url"),
        ({"return_url": f"https://shop.example/{'x' * 2000}"}, "/return_url"),
        ({"idempotency_key": ""}, "/idempotency_key"),
        ({"idempotency_key": "x" * 256}, "/idempotency_key"),
        ({"request_identifier": ""}, "/request_identifier"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
        ({"expires_at": "2027-01-01T00:00:00"}, "/expires_at"),
        ({"gateway": "x" * 41}, "/gateway"),
        ({"status": "succeeded"}, "/status"),
        ({"amount_captured": 2000}, "/amount_captured"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
async def test_each_field_has_its_form(
    api: httpx.AsyncClient, till: Till, sent: dict[str, Any], pointer: str
) -> None:
    refused = await api.post("/v1/payments", json=SALE | sent)

    assert pointers(problem(refused, 422, "invalid_request")) == [pointer]
    assert await nothing_was_written(till)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry_not_in_future"),
        ({"customer_id": str(uuid4())}, 404, "customer_not_found"),
        ({"payment_method": str(uuid4())}, 404, "payment_method_not_found"),
        ({"payment_method": None}, 422, "payment_method_missing"),
        ({"gateway": "bank"}, 404, "gateway_not_known"),
        ({"gateway": "stripe"}, 422, "gateway_disabled"),
    ],
    ids=lambda one: one if isinstance(one, str) else None,
)
async def test_what_does_not_fit_is_refused(
    api: httpx.AsyncClient, till: Till, *, sent: dict[str, Any], status: int, code: str
) -> None:
    refused = await api.post("/v1/payments", json=SALE | sent)

    problem(refused, status, code)
    assert code in str(documented("/v1/payments")[str(status)])
    assert await nothing_was_written(till)


async def test_a_customer_of_another_tenant_is_not_there(
    api: httpx.AsyncClient, till: Till, other: World
) -> None:
    stranger = await Till(other, till.owner).customer()

    refused = await api.post("/v1/payments", json=SALE | {"customer_id": str(stranger)})

    problem(refused, 404, "customer_not_found")


@pytest.mark.parametrize("code", ["amount_not_positive", "amount_too_large", "currency_not_known"])
def test_the_reference_tells_what_may_be_wrong(code: str) -> None:
    assert code in str(documented("/v1/payments")["422"])


@pytest.mark.parametrize("what", ["captures", "refunds"])
@pytest.mark.parametrize(
    "amount", [0, -1, 2001, MAX_MINOR], ids=["zero", "negative", "too much", "largest"]
)
async def test_what_can_neither_be_captured_nor_refunded(
    api: httpx.AsyncClient, till: Till, what: str, amount: int
) -> None:
    payment = await (till.authorized if what == "captures" else till.paid)("20.00")

    refused = await api.post(f"/v1/payments/{payment.id}/{what}", json={"amount": amount})

    code = "capture_not_allowed" if what == "captures" else "refund_not_allowed"
    problem(refused, 409, code)
    assert code in str(documented(f"/v1/payments/{{payment_id}}/{what}")["409"])


@pytest.mark.parametrize("what", ["captures", "refunds"])
@pytest.mark.parametrize("amount", [1.5, "10", True, 2**63 - 1])
async def test_what_is_no_amount_is_none_anywhere(
    api: httpx.AsyncClient, till: Till, what: str, amount: Any
) -> None:
    payment = await till.authorized("20.00")

    refused = await api.post(f"/v1/payments/{payment.id}/{what}", json={"amount": amount})

    assert pointers(problem(refused, 422, "invalid_request")) == ["/amount"]


@pytest.mark.parametrize("what", ["confirmations", "captures", "cancellations", "refunds"])
async def test_a_payment_that_is_not_there(api: httpx.AsyncClient, what: str) -> None:
    problem(await api.post(f"/v1/payments/{uuid4()}/{what}", json={}), 404, "payment_not_found")
    problem(await api.post(f"/v1/payments/one/{what}", json={}), 404, "not_found")


async def test_reading_and_writing_are_permissions_of_their_own(world: World) -> None:
    async with world.program("payments:read") as reader, world.program("payments:write") as writer:
        refused = await reader.post("/v1/payments", json=SALE)
        made = await writer.post("/v1/payments", json=SALE)
        hidden = await writer.get(f"/v1/payments/{made.json()['id']}")
        seen = await reader.get(f"/v1/payments/{made.json()['id']}")

    assert problem(refused, 403, "permission_missing")["needs"] == "payments:write"
    assert problem(hidden, 403, "permission_missing")["needs"] == "payments:read"
    assert seen.status_code == 200
