"""A dispute takes what there is to take, now and later: never twice, and never less than it may."""

from typing import Any

import pytest

from guilder.db import Tx
from guilder.kernel import Money
from guilder.payments.disputes import Dispute, note_dispute
from guilder.payments.gateways import AttemptId, Declined, DisputeReport, Done, RefundReport
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import Payment, PaymentStatus
from guilder.payments.refunds import take_back_refunds
from tests.payments.till import Till

S = PaymentStatus
LOST_REPLY = "pm_card_timeoutAfterRefund"
NOT_DONE = Declined(code="no", message="Not now.")


async def noted(
    till: Till, payment: Payment, status: str = "open", *, amount: str = "20.00", **further: Any
) -> Dispute:
    """The gateway tells of a dispute, twice as gateways do, if nothing else is said."""
    times = further.pop("times", 2)
    wanted: dict[str, Any] = {
        "reference": "dispute 1",
        "intent": payment.gateway_payment_intent_id or "",
        "amount": Money.parse(amount, "EUR"),
        "reason": "product_not_received",
        "status": status,
    }
    report = DisputeReport(**(wanted | further))

    async def verb(tx: Tx) -> Dispute:
        for _ in range(times):
            noted = await note_dispute(tx, payment.id, report)
        return noted

    return await till.world.do(verb)


async def told(till: Till, attempt_id: AttemptId, outcome: Done | Declined) -> None:
    await till.world.do(lambda tx: record_outcome(tx, attempt_id, outcome))


async def comes_to(till: Till, payment: Payment, *, refunded: int, disputed: int) -> None:
    """How much is where, by all books."""
    after = await till.look(payment)
    assert (after.refunded_minor, after.disputed_minor) == (refunded, disputed)
    assert (await till.check()).agrees


@pytest.mark.parametrize("is_declined", [True, False])
async def test_a_refund_that_was_open_when_it_began(till: Till, *, is_declined: bool) -> None:
    payment = await till.paid("20.00", payment_method=LOST_REPLY)
    (refund,) = await till.refund(payment, "15.00")
    await noted(till, payment)
    await comes_to(till, payment, refunded=0, disputed=500)

    done = Done(reference="refund", intent="intent")
    await told(till, refund.id, NOT_DONE if is_declined else done)

    if is_declined:
        await comes_to(till, payment, refunded=0, disputed=2000)
    else:
        await comes_to(till, payment, refunded=1500, disputed=500)
    assert (await till.look(payment)).refundable_minor == 0
    assert len(await till.transactions(payment)) == 3


async def test_nothing_was_left_when_it_began(till: Till) -> None:
    payment = await till.paid("20.00", payment_method=LOST_REPLY)
    (refund,) = await till.refund(payment)
    await noted(till, payment)
    await comes_to(till, payment, refunded=0, disputed=0)

    await told(till, refund.id, NOT_DONE)

    await comes_to(till, payment, refunded=0, disputed=2000)


async def test_what_was_only_held_is_taken_as_it_is_captured(till: Till) -> None:
    payment = await till.authorized("20.00")
    await noted(till, payment, amount="12.00")
    assert await till.moved(payment) == ["authorization 20.00 succeeded"]

    await till.capture(payment, "5.00")
    await comes_to(till, payment, refunded=0, disputed=500)
    await till.capture(payment)

    await comes_to(till, payment, refunded=0, disputed=1200)
    assert (await till.look(payment)).refundable_minor == 800
    assert await till.balances() == {
        "customer": "-20.00",
        "disputed/sandbox": "12.00",
        "gateway/sandbox": "8.00",
    }
    await till.refund(payment, "8.00")
    await comes_to(till, payment, refunded=800, disputed=1200)


async def test_a_charge_that_was_not_known_to_be_done(till: Till) -> None:
    payment = await till.underway("20.00")
    await noted(till, payment)

    await till.work(later=True)

    await comes_to(till, payment, refunded=0, disputed=2000)


async def test_what_came_back_from_a_refund(till: Till) -> None:
    payment = await till.paid("20.00")
    (refund,) = await till.refund(payment)
    await noted(till, payment)
    failed = RefundReport(
        reference=refund.gateway_reference or "", amount=refund.amount, outcome=NOT_DONE
    )

    await till.world.do(lambda tx: take_back_refunds(tx, payment.id, [failed]))

    assert (await till.look(payment)).status is S.SUCCEEDED
    await comes_to(till, payment, refunded=0, disputed=2000)


@pytest.mark.parametrize(
    ("verdict", "balances"),
    [
        ("won", {"customer": "-20.00", "disputed/sandbox": "0.00", "gateway/sandbox": "20.00"}),
        ("lost", {"customer": "0.00", "disputed/sandbox": "0.00", "gateway/sandbox": "0.00"}),
    ],
)
@pytest.mark.parametrize("is_decided_first", [True, False])
async def test_what_was_taken_in_parts_is_decided_as_one(
    till: Till, *, verdict: str, balances: dict[str, str], is_decided_first: bool
) -> None:
    payment = await till.paid("20.00", payment_method=LOST_REPLY)
    (refund,) = await till.refund(payment, "15.00")
    await noted(till, payment)

    steps = [lambda: noted(till, payment, verdict), lambda: told(till, refund.id, NOT_DONE)]
    for step in steps if is_decided_first else reversed(steps):
        await step()

    await comes_to(till, payment, refunded=0, disputed=2000 if verdict == "lost" else 0)
    assert await till.balances() == balances


async def test_what_one_dispute_gives_back_another_may_take(till: Till) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, amount="15.00")
    await noted(till, payment, amount="20.00", reference="dispute 2")
    await comes_to(till, payment, refunded=0, disputed=2000)

    await noted(till, payment, "won", amount="15.00", times=1)

    await comes_to(till, payment, refunded=0, disputed=2000)
    assert (await till.moved(payment))[1:] == [
        "chargeback 15.00 failed",
        "chargeback 20.00 succeeded",
    ]


@pytest.mark.parametrize("amount", ["12.00", "3.00"])
async def test_a_dispute_whose_amount_changes(till: Till, amount: str) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, amount="7.00")

    dispute = await noted(till, payment, amount=amount)

    minor = Money.parse(amount, "EUR").minor
    assert dispute.amount_minor == minor
    await comes_to(till, payment, refunded=0, disputed=minor)
    await noted(till, payment, "lost", amount=amount)
    assert (await till.balances())["customer"] == f"-{20 - minor // 100}.00"
    assert (await till.check()).agrees


# What a dispute costs


async def test_a_fee_that_is_known_later_is_entered_once(till: Till) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment)
    assert "fees/sandbox" not in await till.balances()

    for status in ("under_review", "lost"):
        dispute = await noted(till, payment, status, fee_minor=1500)

    assert (dispute.fee_minor, (await till.balances())["fees/sandbox"]) == (1500, "15.00")
    assert (await till.transactions(payment))[-1].fee_minor == 1500
    assert (await till.check()).agrees


@pytest.mark.parametrize("verdict", ["won", "lost"])
async def test_a_fee_that_is_known_after_the_verdict(till: Till, verdict: str) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, verdict)

    dispute = await noted(till, payment, verdict, fee_minor=1400)

    assert (dispute.status, dispute.fee_minor) == (verdict, 1400)
    assert (await till.balances())["fees/sandbox"] == "14.00"
    assert (await till.check()).agrees


async def test_a_fee_that_is_returned(till: Till) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, fee_minor=1500)

    await noted(till, payment, "won", fee_minor=0)

    assert await till.balances() == {
        "customer": "-20.00",
        "disputed/sandbox": "0.00",
        "fees/sandbox": "0.00",
        "gateway/sandbox": "20.00",
    }


async def test_a_fee_where_nothing_was_left_to_take(till: Till) -> None:
    payment = await till.refunded("20.00")

    await noted(till, payment, fee_minor=1500)

    assert await till.balances() == {
        "customer": "0.00",
        "fees/sandbox": "15.00",
        "gateway/sandbox": "-15.00",
    }


async def test_a_fee_of_which_nothing_is_said_stays(till: Till) -> None:
    payment = await till.paid("20.00")
    await noted(till, payment, fee_minor=1500)

    assert (await noted(till, payment, "under_review")).fee_minor == 1500
