"""The same (user, idempotency key) charges at most once, for ever, whoever asks how often."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.payments.intake import PaymentKeyReused, Taken, create_payments
from guilder.payments.payment import PaymentStatus
from tests.http.documents import problem
from tests.payments.till import Till, new
from tests.race import race
from tests.world import World

SALE = {"amount": 2000, "currency": "EUR", "payment_method": "pm_card_visa", "confirm": True}
USER = "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"
BY_BODY = SALE | {"user_id": USER, "idempotency_key": "one"}


async def payments_of(api: httpx.AsyncClient) -> int:
    return len((await api.get("/v1/payments?limit=100")).json()["data"])


async def test_the_same_request_answers_the_same(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "one"}
    first, again = [await api.post("/v1/payments", json=SALE, headers=headers) for _ in range(2)]

    assert again.content == first.content
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json()["idempotency_key"] == "one"
    assert await payments_of(api) == 1


async def test_the_same_key_with_another_body_is_refused(api: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "one"}
    await api.post("/v1/payments", json=SALE, headers=headers)

    refused = await api.post("/v1/payments", json=SALE | {"amount": 1}, headers=headers)

    problem(refused, 422, "idempotency_key_reused")
    assert await payments_of(api) == 1


@pytest.mark.parametrize("token", ["pm_card_visa", "pm_card_createDispute"])
async def test_sixteen_identical_requests_at_once_make_one_payment(
    api: httpx.AsyncClient, till: Till, token: str
) -> None:
    """One answered in its transaction, and one that has to ask its gateway after it."""
    asked, headers = SALE | {"payment_method": token}, {"idempotency-key": "one"}

    answers = await asyncio.gather(
        *(api.post("/v1/payments", json=asked, headers=headers) for _ in range(16))
    )

    done = [answer for answer in answers if answer.status_code == 201]
    for early in (answer for answer in answers if answer.status_code != 201):
        problem(early, 409, "request_in_progress")
    assert len({answer.json()["id"] for answer in done}) == 1
    assert await payments_of(api) == 1
    assert (await till.balances())["gateway/sandbox"] == "20.00"


async def test_sixteen_programs_at_once_charge_a_user_once(world: World, till: Till) -> None:
    """Each has a door, a key and a connection of its own."""

    async def ask() -> httpx.Response:
        async with world.program("payments:write") as program:
            return await program.post("/v1/payments", json=BY_BODY)

    answers = await asyncio.gather(*(ask() for _ in range(16)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert (await till.balances())["gateway/sandbox"] == "20.00"


async def test_a_users_key_holds_across_api_keys_and_after_a_day(
    world: World, api: httpx.AsyncClient, till: Till
) -> None:
    first = await api.post("/v1/payments", json=BY_BODY, headers={"idempotency-key": "h"})
    await till.owner.execute("delete from http.answer where tenant_id = $1", world.tenant_id)
    async with world.program("payments:write") as colleague:
        elsewhere = await colleague.post("/v1/payments", json=BY_BODY)
    again = await api.post("/v1/payments", json=BY_BODY, headers={"idempotency-key": "h"})

    assert first.json()["id"] == elsewhere.json()["id"] == again.json()["id"]
    assert await payments_of(api) == 1


async def test_another_payment_under_a_users_key_is_refused(api: httpx.AsyncClient) -> None:
    first = (await api.post("/v1/payments", json=BY_BODY)).json()

    refused = await api.post("/v1/payments", json=BY_BODY | {"amount": 1})

    assert problem(refused, 422, "payment_key_reused")["payment_id"] == first["id"]


@pytest.mark.parametrize(
    "change",
    [
        {"amount": 1},
        {"currency": "USD"},
        {"capture": "manual"},
        {"order_id": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_what_makes_it_another_payment(
    api: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    await api.post("/v1/payments", json=BY_BODY)

    problem(await api.post("/v1/payments", json=BY_BODY | change), 422, "payment_key_reused")


async def test_users_have_keys_of_their_own(till: Till, other: World) -> None:
    one, another = uuid4(), uuid4()
    for user in (one, another):
        await till.paid(user_id=user, idempotency_key="one")
    await till.paid(idempotency_key="one")
    await Till(other, till.owner).paid(user_id=one, idempotency_key="one")

    assert (await till.balances())["gateway/sandbox"] == "60.00"


async def test_a_guests_key_belongs_to_whoever_asked(world: World, till: Till) -> None:
    asked = SALE | {"idempotency_key": "one"}
    async with world.program("payments:write") as one, world.program("payments:write") as two:
        answers = [await program.post("/v1/payments", json=asked) for program in (one, two, one)]

    first, second, third = [answer.json()["id"] for answer in answers]
    assert first == third != second
    assert (await till.balances())["gateway/sandbox"] == "40.00"


@pytest.mark.parametrize("status", list(PaymentStatus))
async def test_a_key_is_free_again_when_its_payment_took_nothing(
    till: Till, status: PaymentStatus
) -> None:
    user = uuid4()
    payment = await till.come_to(status)
    await till.owner.execute(
        "update payments.payment set user_id = $2, idempotency_key = 'one' where id = $1",
        payment.id,
        user,
    )

    (taken,) = await till.create(new("1.00", user_id=user, idempotency_key="one"))

    if status in {PaymentStatus.FAILED, PaymentStatus.CANCELED}:
        assert isinstance(taken, Taken)
    else:
        assert isinstance(taken, PaymentKeyReused)
        assert taken.payment_id == payment.id


async def test_the_database_too_lets_a_key_charge_once(till: Till) -> None:
    user = uuid4()
    await till.paid(user_id=user, idempotency_key="one")
    payment = await till.paid(user_id=user, idempotency_key="two")

    with pytest.raises(asyncpg.UniqueViolationError, match="payment_key"):
        await till.owner.execute(
            "update payments.payment set idempotency_key = 'one' where id = $1", payment.id
        )


async def test_of_two_at_once_with_a_users_key_the_second_hears_of_the_first(till: Till) -> None:
    asked = new(user_id=uuid4(), idempotency_key="one")

    (first,), (second,) = await race(
        till.world,
        lambda tx: create_payments(tx, [asked]),
        lambda tx: create_payments(tx, [asked]),
    )

    assert second == first
    assert (await till.balances())["gateway/sandbox"] == "20.00"


async def test_an_order_is_charged_once_under_a_request_identifier(
    api: httpx.AsyncClient,
) -> None:
    asked = SALE | {"order_id": "order 7", "request_identifier": "try 1"}
    first, again = [(await api.post("/v1/payments", json=asked)).json() for _ in range(2)]
    refused = await api.post("/v1/payments", json=asked | {"amount": 1})
    another = (await api.post("/v1/payments", json=asked | {"request_identifier": "2"})).json()
    elsewhere = (await api.post("/v1/payments", json=asked | {"order_id": "order 8"})).json()

    assert first == again
    problem(refused, 422, "payment_key_reused")
    assert len({one["id"] for one in (first, another, elsewhere)}) == 3


async def test_a_request_identifier_needs_an_order(till: Till) -> None:
    for _ in range(2):
        await till.paid(request_identifier="one")

    assert (await till.balances())["gateway/sandbox"] == "40.00"


async def test_a_request_identifier_is_free_again_when_its_payment_failed(till: Till) -> None:
    failed = await till.failed(order_id="order 7", request_identifier="one")
    paid = await till.paid(order_id="order 7", request_identifier="one")

    assert failed.id != paid.id


async def test_a_failure_is_answered_the_same_under_its_header(api: httpx.AsyncClient) -> None:
    """What was answered stays answered; whoever wants to try again sends another key."""
    declined = SALE | {"payment_method": "pm_card_chargeDeclined"}
    answers = [
        await api.post("/v1/payments", json=declined, headers={"idempotency-key": key})
        for key in ("one", "one", "two")
    ]

    first, again, another = [answer.json()["id"] for answer in answers]
    assert first == again != another


async def test_a_capture_and_a_refund_sent_again_are_done_once(
    till: Till, api: httpx.AsyncClient
) -> None:
    payment = await till.authorized("20.00")
    path, headers = f"/v1/payments/{payment.id}", {"idempotency-key": "one"}

    captures = [
        await api.post(f"{path}/captures", json={"amount": 500}, headers=headers) for _ in range(3)
    ]
    refunds = await asyncio.gather(
        *(
            api.post(f"{path}/refunds", json={"amount": 100}, headers={"idempotency-key": "two"})
            for _ in range(16)
        )
    )

    assert len({answer.content for answer in captures}) == 1
    assert {answer.status_code for answer in refunds} <= {201, 409}
    after = await till.look(payment)
    assert (after.captured_minor, after.refunded_minor) == (500, 100)
