"""A payment at Stripe for which nothing to pay with was given: its buyer pays on Stripe's page."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from guilder.payments.cancellations import cancel
from guilder.payments.notices.notices import NotKnownYet
from guilder.payments.payment import PaymentId
from tests.http.documents import problem
from tests.payments.elsewhere import Elsewhere, at
from tests.payments.gateways.counterparts.stripe_server import sessions
from tests.payments.till import Till

BACK = "https://shop.example/back"


@pytest.fixture
async def stripe(till: Till) -> AsyncIterator[Elsewhere]:
    async with at("stripe", till) as opened:
        yield opened


@pytest.fixture
async def program(stripe: Elsewhere) -> AsyncIterator[httpx.AsyncClient]:
    async with stripe.till.world.program("*") as client:
        yield client


async def asked(program: httpx.AsyncClient, **further: Any) -> dict[str, Any]:
    body = {"amount": 2000, "currency": "EUR", "gateway": "stripe", "confirm": True}
    answer = await program.post("/v1/payments", json=body | {"return_url": BACK} | further)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def seen(program: httpx.AsyncClient, payment: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await program.get(f"/v1/payments/{payment['id']}")).json()
    return found


@pytest.mark.parametrize(
    ("capture", "status"), [("automatic", "succeeded"), ("manual", "authorized")]
)
async def test_who_pays_there_has_paid_when_stripe_tells(
    program: httpx.AsyncClient, stripe: Elsewhere, capture: str, status: str
) -> None:
    made = await asked(program, capture=capture)
    assert made["status"] == "requires_action"
    assert "checkout.stripe" in made["next_action"]["url"]
    page = made["gateway_payment_intent_id"]

    await stripe.counterpart.act(page, agrees=True)
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()

    paid = await seen(program, made)
    assert paid["status"] == status
    assert paid["gateway_payment_intent_id"].startswith("pi_")
    assert paid["next_action"] is None
    assert (await program.get("/v1/ledger/check")).json()["agrees"] is True


async def test_what_was_paid_there_is_given_back(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    made = await asked(program)
    page = made["gateway_payment_intent_id"]
    await stripe.counterpart.act(page, agrees=True)
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()

    await program.post(f"/v1/payments/{made['id']}/refunds", json={"amount": 500})
    await stripe.till.work()

    after = await seen(program, made)
    assert after["amount_refunded"] == 500
    assert await stripe.counterpart.taken(after["gateway_payment_intent_id"]) == (2000, 500)


async def test_a_dispute_that_is_told_before_the_payment_waits_for_it(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    page = (made := await asked(program))["gateway_payment_intent_id"]
    books = stripe.counterpart.books
    sessions.pay(books, page, "pm_card_createDispute")
    (intent,) = books.all("payment_intent")
    for each in await stripe.counterpart.notices(intent["id"]):
        await stripe.bring(each)
    with pytest.raises(NotKnownYet):
        await stripe.till.work()

    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work(later=True)
    for job in await untold(stripe):
        await stripe.till.do_twice("payments.apply_notice", job)

    assert (await seen(program, made))["amount_disputed"] == 2000


async def untold(stripe: Elsewhere) -> list[str]:
    """The jobs of notices that could not be looked into, which come back."""
    rows = await stripe.till.owner.fetch(
        "select id from payments.notice where tenant_id = $1 and applied_at is null",
        stripe.till.world.tenant_id,
    )
    return [f'{{"notice_id": "{row["id"]}"}}' for row in rows]


async def test_who_has_chosen_a_voucher_is_known_by_its_payment(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    page = (made := await asked(program))["gateway_payment_intent_id"]
    books = stripe.counterpart.books
    sessions.pay(books, page, "pm_card_authenticationRequired")
    (intent,) = books.all("payment_intent")
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()

    chosen = await seen(program, made)
    assert chosen["status"] == "requires_action"
    assert chosen["next_action"]["url"] == intent["next_action"]["redirect_to_url"]["url"]
    assert chosen["gateway_payment_intent_id"] == intent["id"]

    await stripe.counterpart.act(intent["id"], agrees=True)
    for each in await stripe.counterpart.notices(intent["id"]):
        await stripe.bring(each)
    await stripe.till.work()
    assert (await seen(program, made))["status"] == "succeeded"


@pytest.mark.parametrize("arrives", [True, False])
async def test_what_takes_days_has_come_or_not_when_stripe_tells(
    program: httpx.AsyncClient, stripe: Elsewhere, arrives: bool
) -> None:
    page = (made := await asked(program))["gateway_payment_intent_id"]
    books = stripe.counterpart.books
    sessions.pay(books, page, "pm_card_visa")
    (intent,) = books.all("payment_intent")
    intent["status"] = "processing"
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()
    underway = await seen(program, made)
    assert (underway["status"], underway["next_action"]) == ("processing", None)

    intent["status"] = "succeeded" if arrives else "requires_payment_method"
    intent["last_payment_error"] = None if arrives else {"code": "debit_not_authorized"}
    books.tell("payment_intent.payment_failed", intent)
    for each in await stripe.counterpart.notices(intent["id"]):
        await stripe.bring(each)
    await stripe.till.work()

    after = await seen(program, made)
    assert after["status"] == ("succeeded" if arrives else "failed")
    assert after["last_error_code"] == (None if arrives else "debit_not_authorized")


async def test_a_page_that_stripe_has_closed_is_over(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    page = (made := await asked(program))["gateway_payment_intent_id"]
    sessions.expire(stripe.counterpart.books, page, {})
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()

    after = await seen(program, made)
    assert (after["status"], after["cancellation_reason"]) == ("canceled", "expired")
    assert after["canceled_by"] == "job"
    transactions = await program.get(f"/v1/payments/{made['id']}/transactions")
    (attempt,) = transactions.json()["data"]
    assert (attempt["status"], attempt["error_code"]) == ("failed", "expired")


async def test_who_calls_off_is_told_though_stripe_is_quicker(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    page = (made := await asked(program))["gateway_payment_intent_id"]
    await stripe.till.world.do(
        lambda tx: cancel(tx, PaymentId(UUID(made["id"])), reason="another colour")
    )
    sessions.expire(stripe.counterpart.books, page, {})
    for each in await stripe.counterpart.notices(page):
        await stripe.bring(each)
    await stripe.till.work()

    after = await seen(program, made)
    assert (after["status"], after["cancellation_reason"]) == ("canceled", "another colour")


async def test_a_payment_that_is_called_off_closes_the_page(
    program: httpx.AsyncClient, stripe: Elsewhere
) -> None:
    made = await asked(program)

    await program.post(f"/v1/payments/{made['id']}/cancellations", json={})
    await stripe.till.work()

    assert (await seen(program, made))["status"] == "canceled"
    (session,) = stripe.counterpart.books.all("checkout.session")
    assert session["status"] == "expired"


@pytest.mark.parametrize("lacking", [{"return_url": None}, {"off_session": True}])
async def test_nobody_is_sent_who_cannot_come_back(
    program: httpx.AsyncClient, stripe: Elsewhere, lacking: dict[str, Any]
) -> None:
    body = {"amount": 2000, "currency": "EUR", "gateway": "stripe", "confirm": True}
    answer = await program.post("/v1/payments", json=body | {"return_url": BACK} | lacking)

    problem(answer, 422, "payment_method_missing")
    assert stripe.counterpart.server.requests == []
