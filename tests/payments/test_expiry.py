"""What is not paid or not taken in time is called off, by the database's clock."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from guilder.db import Tx
from guilder.payments.expiry import expire
from guilder.payments.followups import ExpirePayment
from guilder.payments.gateways import ActionNeeded, AttemptId, Done
from guilder.payments.intake import create_payments
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import CaptureMode, PaymentStatus
from tests.http.documents import problem
from tests.ledger.books import Books
from tests.payments.elsewhere import at
from tests.payments.till import Till, new

S = PaymentStatus
ACTS = "pm_card_authenticationRequired"


async def expired(till: Till) -> None:
    """Let the jobs that are due some day come to their day."""
    assert "expire_payment" in await till.work(later=True)


async def test_an_authorization_expires_after_a_week(till: Till) -> None:
    payment = await till.authorized("20.00")

    assert payment.expires_at is not None
    assert payment.expires_at - payment.created_at == timedelta(days=7)
    await till.run_out(payment)
    await expired(till)
    assert (await till.look(payment)).status is S.CANCELED
    assert await till.moved(payment) == [
        "authorization 20.00 succeeded",
        "void 20.00 succeeded",
    ]
    assert await Books(till.world).held() == {}


async def test_what_was_taken_of_an_expired_authorization_stays_taken(till: Till) -> None:
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")
    await till.run_out(payment)

    await expired(till)

    ended = await till.look(payment)
    assert (ended.status, ended.captured_minor) == (S.SUCCEEDED, 500)
    assert (await till.check()).agrees


async def test_a_payment_that_nobody_pays_expires_when_it_was_said(till: Till) -> None:
    tomorrow = await till.now() + timedelta(days=1)
    payment = await till.pending(expires_at=tomorrow)

    assert payment.expires_at == tomorrow
    assert await till.waiting_jobs() == ["expire_payment"]
    await till.run_out(payment)
    await expired(till)
    assert (await till.look(payment)).status is S.CANCELED


async def test_a_payment_without_an_end_does_not_expire(till: Till) -> None:
    await till.pending()

    assert await till.waiting_jobs() == []


async def test_a_buyer_has_a_day_to_act(till: Till) -> None:
    payment = await till.waiting()

    assert payment.expires_at is None
    assert payment.ends_at is not None
    assert payment.ends_at - payment.created_at < timedelta(days=1, minutes=1)
    await till.run_out(payment)
    await expired(till)
    assert (await till.look(payment)).status is S.CANCELED


async def test_what_a_buyer_agreed_to_is_held_as_long_as_any_other(till: Till) -> None:
    """The day in which the buyer had to act is over with the act."""
    payment = await till.waiting(capture=CaptureMode.MANUAL)
    (attempt,) = await till.transactions(payment)
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt.id, agrees=True)
    await till.work()

    held = await till.look(payment)

    assert (held.status, held.expires_at is not None) == (S.AUTHORIZED, True)
    assert held.expires_at - held.created_at > timedelta(days=6)  # type: ignore[operator]


async def test_a_page_that_moved_changes_nothing_about_that(till: Till) -> None:
    payment = await till.waiting(capture=CaptureMode.MANUAL)
    (attempt,) = await till.transactions(payment)
    elsewhere = ActionNeeded(
        intent=payment.gateway_payment_intent_id or "", url="https://x.example"
    )
    await till.world.do(lambda tx: record_outcome(tx, attempt.id, elsewhere))
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt.id, agrees=True)
    await till.work()

    held = await till.look(payment)

    assert held.expires_at is not None
    assert held.expires_at - held.created_at > timedelta(days=6)


async def test_an_end_that_the_shop_named_is_never_taken_for_ours(till: Till) -> None:
    """It named just the day that the buyer would have had."""

    async def ask(tx: Tx) -> tuple[AttemptId, datetime]:
        tomorrow = await tx.now() + timedelta(days=1)
        asked = new(capture=CaptureMode.MANUAL, payment_method=ACTS, expires_at=tomorrow)
        (taken,) = await create_payments(tx, [asked])
        attempt_id: Any = taken.attempt_id  # type: ignore[union-attr]
        action = ActionNeeded(intent="i", url="https://bank.example")
        await record_outcome(tx, attempt_id, action)
        return attempt_id, tomorrow

    attempt_id, tomorrow = await till.world.do(ask)
    done = Done(reference="r", intent="i")

    held = await till.world.do(lambda tx: record_outcome(tx, attempt_id, done))

    assert (held.status, held.expires_at) == (S.AUTHORIZED, tomorrow)


async def test_over_http_it_ends_with_the_buyers_day(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.waiting()

    shown = (await api.get(f"/v1/payments/{payment.id}")).json()

    left = datetime.fromisoformat(shown["expires_at"]) - payment.created_at
    assert timedelta(hours=23) < left < timedelta(days=1, minutes=1)


async def test_payments_of_one_batch_end_each_at_its_own_time(till: Till) -> None:
    now = await till.now()
    ends = [now + timedelta(days=days) for days in (3, 1, 2)]

    await till.create(*(new(is_confirmed=False, expires_at=end) for end in ends), new())

    due = await till.owner.fetch(
        "select run_at from jobs.job where tenant_id = $1 and kind = 'payments.expire_payment'",
        till.world.tenant_id,
    )
    assert sorted(row["run_at"] for row in due) == sorted(ends)


async def test_what_the_shop_said_holds_for_what_the_buyer_agreed_to(till: Till) -> None:
    tomorrow = await till.now() + timedelta(days=1)
    payment = await till.waiting(capture=CaptureMode.MANUAL, expires_at=tomorrow)
    (attempt,) = await till.transactions(payment)
    await till.world.system.gateways.sandbox(till.world.tenant_id).act(attempt.id, agrees=True)
    await till.work()

    assert (await till.look(payment)).expires_at == tomorrow


@pytest.mark.parametrize(("said", "expected"), [(None, 2), (1, 1), (30, 2)])
async def test_an_authorization_ends_no_later_than_its_gateway_lets_go(
    till: Till, said: int | None, expected: int
) -> None:
    now = await till.now()
    expires_at = None if said is None else now + timedelta(days=said)
    asked = new(
        capture=CaptureMode.MANUAL, expires_at=expires_at, payment_method="pm_card_createDispute"
    )
    (taken,) = await till.create(asked)
    done = Done(reference="r", intent="i", expires_at=now + timedelta(days=2))

    held = await till.world.do(lambda tx: record_outcome(tx, taken.attempt_id, done))  # type: ignore[union-attr, arg-type]

    assert held.expires_at == now + timedelta(days=expected)


async def test_one_that_was_paid_in_time_does_not_expire(till: Till) -> None:
    payment = await till.pending(expires_at=await till.now() + timedelta(days=1))
    paid = await till.confirm(payment)

    await expired(till)

    assert paid.expires_at is None
    assert await till.look(payment) == paid


async def test_one_that_was_given_more_time_is_looked_at_then(till: Till) -> None:
    payment = await till.authorized()

    await expired(till)

    assert (await till.look(payment)).status is S.AUTHORIZED
    assert "expire_payment" in await till.waiting_jobs()


async def test_what_a_gateway_is_at_work_on_does_not_expire_yet(till: Till) -> None:
    """The job comes back when it may be known what the gateway did."""
    payment = await till.underway(expires_at=await till.now() + timedelta(days=1))
    await till.run_out(payment)
    payload = f'{{"payment_id": "{payment.id}"}}'

    await till.do_twice("payments.expire_payment", payload)
    assert (await till.look(payment)).status is S.PROCESSING

    await till.owner.execute(
        "delete from jobs.job where tenant_id = $1 and kind = 'payments.expire_payment'",
        till.world.tenant_id,
    )
    await till.work(later=True)
    await till.do_twice("payments.expire_payment", payload)
    assert (await till.look(payment)).status is S.SUCCEEDED


async def test_an_end_in_the_past_is_refused(till: Till, api: httpx.AsyncClient) -> None:
    past = (await till.now() - timedelta(seconds=1)).isoformat()

    refused = await api.post(
        "/v1/payments", json={"amount": 2000, "currency": "EUR", "expires_at": past}
    )

    problem(refused, 422, "expiry_not_in_future")


async def test_over_http_what_expired_is_not_confirmed(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.run_out(await till.pending())

    refused = await api.post(
        f"/v1/payments/{payment.id}/confirmations", json={"payment_method": "pm_card_visa"}
    )

    problem(refused, 409, "payment_expired")


AGAIN = """
    select run_at from jobs.job
    where tenant_id = $1 and kind = 'payments.expire_payment' and (payload ->> 'check')::int = $2
"""


async def test_a_gateway_that_is_gone_is_asked_less_and_less(till: Till) -> None:
    async with at("stripe", till) as gone:
        held = await gone.till.authorized("20.00", gateway="stripe", payment_method="pm_card_visa")
        await till.run_out(held)
        pauses = []
        for check in (0, 1, 5, 9, 400):
            await gone.counterpart.refuse_next()
            world = gone.till.world
            job = ExpirePayment(held.id, check)
            await expire(world.pool, world.tenant_id, job, gateways=world.system.gateways)
            due = await till.owner.fetchval(AGAIN, world.tenant_id, check + 1)
            pauses.append(round((due - await till.now()) / timedelta(minutes=1)))

        assert pauses == [5, 10, 160, 24 * 60, 24 * 60]
        assert (await gone.till.look(held)).status is S.AUTHORIZED
