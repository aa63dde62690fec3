"""A refund that was done may fail days later: the money is back, and so it is in our books."""

from collections.abc import AsyncIterator

import httpx
import pytest

from guilder.payments.gateways import Declined, Done, RefundReport, Underway
from guilder.payments.notices.outside import note_refunds
from guilder.payments.payment import Payment, PaymentStatus
from guilder.payments.refunds import take_back_refunds
from guilder.payments.transaction import Transaction
from tests.ledger.books import Books
from tests.payments.elsewhere import Elsewhere, at
from tests.payments.till import Till
from tests.race import race

S = PaymentStatus
FAILS_LATER = "pm_card_refundFailLater"
FAILED = Declined(code="lost_or_stolen_card", message="The refund did not go through.")


@pytest.fixture(params=["stripe", "paypal"])
async def elsewhere(request: pytest.FixtureRequest, till: Till) -> AsyncIterator[Elsewhere]:
    async with at(request.param, till) as opened:
        yield opened


def report(refund: Transaction, outcome: Declined | Underway | None = None) -> RefundReport:
    """How the gateway shows a refund of ours: as done, if nothing else is said."""
    reference = refund.gateway_reference or ""
    done = Done(reference=reference, intent="intent")
    return RefundReport(reference=reference, amount=refund.amount, outcome=outcome or done)


async def told(till: Till, payment: Payment, *reports: RefundReport) -> Payment:
    """The gateway lists refunds, and we take over what it says, twice."""
    for _ in range(2):
        await till.world.do(lambda tx: take_back_refunds(tx, payment.id, reports))
        await till.world.do(lambda tx: note_refunds(tx, payment.id, reports))
    return await till.look(payment)


async def facts(till: Till, payment: Payment) -> list[tuple[str, str, int]]:
    """What was told of a payment: the fact, its status and what was refunded then."""
    async with till.world.program("*") as program:
        listed = await program.get(f"/v1/events?object={payment.id}")
    return [
        (one["type"], one["data"]["status"], one["data"]["amount_refunded"])
        for one in reversed(listed.json()["data"])
    ]


async def test_at_a_gateway_that_tells_it_later(elsewhere: Elsewhere) -> None:
    till, payment = elsewhere.till, await elsewhere.paid("20.00")
    before = await till.balances()
    (refund,) = await till.refund(payment)
    await elsewhere.told(payment)
    assert (await till.look(payment)).status is S.REFUNDED

    await elsewhere.counterpart.fail_refund(refund.gateway_reference)
    await elsewhere.told(payment)

    after = await till.look(payment)
    assert (after.status, after.refunded_minor, after.refundable_minor) == (S.SUCCEEDED, 0, 2000)
    assert await till.moved(payment) == ["capture 20.00 succeeded", "refund 20.00 failed"]
    assert await till.balances() == before
    assert (await till.check()).agrees
    (again,) = await till.refund(payment, "20.00")
    await elsewhere.told(payment)
    assert (again.status, (await till.look(payment)).status) == ("succeeded", S.REFUNDED)


async def test_one_of_several(elsewhere: Elsewhere) -> None:
    till, payment = elsewhere.till, await elsewhere.paid("20.00")
    parts = [(await till.refund(payment, amount))[0] for amount in ("5.00", "7.00")]

    await elsewhere.counterpart.fail_refund(parts[0].gateway_reference)
    await elsewhere.told(payment)

    assert (await till.look(payment)).refunded_minor == 700
    assert (await till.moved(payment))[1:] == ["refund 5.00 failed", "refund 7.00 succeeded"]
    assert (await till.check()).agrees


async def test_one_that_was_made_at_the_gateway(elsewhere: Elsewhere) -> None:
    till, payment = elsewhere.till, await elsewhere.paid("20.00")
    intent = payment.gateway_payment_intent_id
    await elsewhere.counterpart.refund_in_dashboard(intent, 500)
    await elsewhere.told(payment)
    *_, refund = await till.transactions(payment)
    assert refund.reason == "made at the gateway"

    await elsewhere.counterpart.fail_refund(refund.gateway_reference)
    await elsewhere.told(payment)

    assert (await till.look(payment)).refunded_minor == 0
    assert (await till.check()).agrees


async def test_one_that_failed_before_it_was_heard_of(elsewhere: Elsewhere) -> None:
    till, payment = elsewhere.till, await elsewhere.paid("20.00")
    intent = payment.gateway_payment_intent_id
    await elsewhere.counterpart.refund_in_dashboard(intent, 500)
    (made,) = await elsewhere.counterpart.gateway.refunds_of(intent)
    await elsewhere.counterpart.fail_refund(made.reference)

    await elsewhere.told(payment)

    assert await till.moved(payment) == ["capture 20.00 succeeded"]


async def test_at_the_sandbox(till: Till, api: httpx.AsyncClient) -> None:
    payment = await till.paid("20.00", payment_method=FAILS_LATER)
    answer = await api.post(f"/v1/payments/{payment.id}/refunds", json={})
    assert answer.json()["payment"]["status"] == "refunded"
    await till.refund(await till.paid("1.00", payment_method=FAILS_LATER))

    assert await till.work() == ["sandbox_told"] * 2 + ["apply_notice"] * 2

    await till.world.relayed(6)
    assert await facts(till, payment) == [
        ("payment.succeeded", "succeeded", 0),
        ("payment.refunded", "refunded", 2000),
        ("payment.refund_failed", "succeeded", 0),
    ]
    *_, movement = await till.transactions(payment)
    assert (movement.status, movement.error_code) == ("failed", "refund_failed")
    assert (await till.balances())["customer"] == "-21.00"
    assert (await till.check()).agrees


async def test_two_parts_that_fail_are_both_told(till: Till) -> None:
    payment = await till.paid("20.00", payment_method=FAILS_LATER)
    for amount in ("5.00", "7.00"):
        await till.refund(payment, amount)
        await till.work()

    assert (await till.look(payment)).refunded_minor == 0


async def test_what_is_reversed_stays_readable(till: Till) -> None:
    payment = await till.paid("20.00")
    (refund,) = await till.refund(payment, "5.00")

    await told(till, payment, report(refund, FAILED))

    reversal, mistake, _ = await Books(till.world).entries()
    assert (reversal.reason, reversal.reverses) == ("refund_failed", refund.id)
    assert (mistake.journal_id, mistake.reason) == (refund.id, "refund")


async def test_only_what_the_gateway_calls_failed_is_taken_back(till: Till) -> None:
    """A list may end early, and a refund may be underway for days."""
    payment = await till.paid("20.00")
    first, second = [(await till.refund(payment, amount))[0] for amount in ("5.00", "7.00")]

    await told(till, payment)
    await told(till, payment, report(first))
    left = await told(till, payment, report(first, Underway(intent="intent")), report(second))

    assert left.refunded_minor == 1200


async def test_a_refund_that_is_underway_is_not_taken_over_yet(till: Till) -> None:
    payment = await till.paid("20.00")
    elsewhere = RefundReport(
        reference="re_1", amount=payment.amount, outcome=Underway(intent="intent")
    )

    assert (await told(till, payment, elsewhere)).refunded_minor == 0


async def test_an_older_list_that_comes_late_changes_nothing(till: Till) -> None:
    payment = await till.paid("20.00")
    (refund,) = await till.refund(payment)
    await told(till, payment, report(refund, FAILED))

    after = await told(till, payment, report(refund))

    assert (after.status, after.refunded_minor) == (S.SUCCEEDED, 0)
    assert len(await till.transactions(payment)) == 2


async def test_two_who_take_back_at_once_do_it_once(till: Till) -> None:
    payment = await till.paid("20.00")
    (refund,) = await till.refund(payment)
    failed = [report(refund, FAILED)]

    outcomes = await race(
        till.world,
        lambda tx: take_back_refunds(tx, payment.id, failed),
        lambda tx: take_back_refunds(tx, payment.id, failed),
    )

    assert outcomes == [None, None]
    await till.world.relayed(3)
    assert [name for name, *_ in await facts(till, payment)].count("payment.refund_failed") == 1
    assert await till.balances() == {"customer": "-20.00", "gateway/sandbox": "20.00"}
    assert (await till.check()).agrees


async def test_what_came_back_is_held_no_more(till: Till) -> None:
    """A part was given back of what is still held in part."""
    payment = await till.authorized("20.00")
    await till.capture(payment, "5.00")
    (refund,) = await till.refund(payment)

    after = await told(till, payment, report(refund, FAILED))

    assert (after.status, after.refundable_minor, after.capturable_minor) == (
        S.AUTHORIZED,
        500,
        1500,
    )
    assert (await till.check()).agrees
