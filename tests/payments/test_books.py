"""What a payment moves in the ledger, where its gateway keeps something for itself."""

import asyncpg
import pytest

from guilder.payments.captures import capture
from guilder.payments.gateways import AttemptId, Declined, Done, Outcome
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import CaptureMode, Payment, PaymentStatus
from guilder.payments.refunds import refund
from guilder.payments.timeline import timeline
from tests.ledger.books import Books
from tests.payments.till import Till, new

S = PaymentStatus
SLOWLY = "pm_card_createDispute"
"""A card that is not answered at once, so that the test may tell what its gateway answers."""


def done(reference: str, fee_minor: int | None = None) -> Done:
    return Done(reference=reference, intent="intent", fee_minor=fee_minor)


async def asked(till: Till, mode: CaptureMode = CaptureMode.AUTOMATIC) -> tuple[Payment, AttemptId]:
    (taken,) = await till.create(new("20.00", payment_method=SLOWLY, capture=mode))
    return taken.payment, taken.attempt_id  # type: ignore[union-attr, return-value]


async def told(till: Till, attempt_id: AttemptId, outcome: Outcome) -> Payment:
    """The gateway tells what became of it, twice as gateways do."""
    for _ in range(2):
        payment = await till.world.do(lambda tx: record_outcome(tx, attempt_id, outcome))
    return payment


async def captured(till: Till, payment: Payment, minor: int) -> AttemptId:
    """A capture at a gateway that does not answer at once."""
    await till.sends_to("stripe", payment)
    attempt, is_done = await till.world.do(
        lambda tx: capture(tx, payment.id, minor, is_final=False)
    )
    assert is_done is False
    return attempt.id


async def test_a_fee_leaves_what_was_taken(till: Till) -> None:
    payment, attempt_id = await asked(till)

    assert (await told(till, attempt_id, done("charge", 60))).status is S.SUCCEEDED

    assert await till.balances() == {
        "customer": "-20.00",
        "fees/sandbox": "0.60",
        "gateway/sandbox": "19.40",
    }
    story = await till.world.do(lambda tx: timeline(tx, payment))
    assert story[-1].text == "20.00 EUR was taken; sandbox kept 0.60 EUR."
    assert (await till.check()).agrees


async def test_a_sale_and_its_fee_are_one_event(till: Till) -> None:
    _, attempt_id = await asked(till)
    await told(till, attempt_id, done("charge", 60))

    assert [(one.journal_id, one.reason) for one in await Books(till.world).entries()] == [
        (attempt_id, "fee"),
        (attempt_id, "capture"),
    ]


async def test_each_capture_has_a_fee_of_its_own(till: Till) -> None:
    payment, attempt_id = await asked(till, CaptureMode.MANUAL)
    await told(till, attempt_id, done("hold"))
    for minor, fee in ((500, 20), (1500, 45)):
        await told(till, await captured(till, payment, minor), done(f"capture {minor}", fee))

    assert (await till.look(payment)).status is S.SUCCEEDED
    assert await till.balances() == {
        "customer": "-20.00",
        "fees/stripe": "0.65",
        "gateway/sandbox": "20.00",
        "gateway/stripe": "-0.65",
    }
    assert await Books(till.world).held() == {}


async def test_what_a_gateway_declines_moves_nothing(till: Till) -> None:
    await till.paid("1.00")
    payment, attempt_id = await asked(till, CaptureMode.MANUAL)
    await told(till, attempt_id, done("hold"))

    left = await told(
        till, await captured(till, payment, 500), Declined(code="no", message="Not now.")
    )

    assert (left.status, left.capturing_minor, left.capturable_minor) == (S.AUTHORIZED, 0, 2000)
    assert await till.balances() == {"customer": "-1.00", "gateway/sandbox": "1.00"}
    assert await Books(till.world).held() == {"customer": "20.00"}


async def test_an_outcome_that_comes_late_changes_nothing(till: Till) -> None:
    """The first that is known counts, whoever tells another later."""
    _, attempt_id = await asked(till)
    failed = await told(till, attempt_id, Declined(code="no", message="Not now."))

    assert await told(till, attempt_id, done("charge")) == failed
    assert await till.balances() == {}


async def test_a_refund_that_its_gateway_declines_is_refundable_again(till: Till) -> None:
    payment, attempt_id = await asked(till)
    await told(till, attempt_id, done("charge"))
    await till.sends_to("stripe", payment)
    ((attempt, _),) = await till.world.do(lambda tx: refund(tx, payment.id, 500, reason=None))
    before = await till.look(payment)

    after = await told(till, attempt.id, Declined(code="no", message="Not now."))

    assert (before.refunding_minor, before.refundable_minor) == (500, 1500)
    assert (after.refunding_minor, after.refundable_minor) == (0, 2000)


async def test_what_a_gateway_did_once_is_entered_once(till: Till) -> None:
    """Two attempts cannot both be the same movement at the gateway."""
    await told(till, (await asked(till))[1], done("charge"))
    _, another = await asked(till)

    with pytest.raises(asyncpg.UniqueViolationError, match="transaction_reference"):
        await told(till, another, done("charge"))
