"""What is found out late, twice or in another order than it was asked for."""

from typing import Any

import pytest

from guilder.db import Tx
from guilder.payments.attempts import carry_out
from guilder.payments.cancellations import PaymentUnderway
from guilder.payments.followups import CHECKS, SettleAttempt
from guilder.payments.gateways import ActionNeeded, Declined, Done, GatewayUnavailable
from guilder.payments.methods import PaymentMethodNotFound, attach, detach
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import PaymentStatus
from guilder.payments.settlement import settle
from guilder.payments.transaction import TransactionType
from guilder.payments.transactions import open_transaction
from tests.payments.till import Till, new

S = PaymentStatus


class Closed:
    """Gateways that cannot be reached any more, whatever they did before."""

    async def of(self, _: Tx, __: str) -> "Closed":
        return self

    name = "sandbox"

    async def charge(self, _: object) -> None:
        raise GatewayUnavailable

    capture = refund = void = charge


async def test_who_may_have_been_charged_is_not_sent_elsewhere(till: Till) -> None:
    """The reply was lost, and the gateway is closed when the same charge is given again."""
    payment = await till.underway("20.00")
    (attempt,) = await till.transactions(payment)

    await carry_out(till.world.pool, Closed(), till.world.tenant_id, attempt_id=attempt.id)  # type: ignore[arg-type]

    assert await till.moved(payment) == ["capture 20.00 open"]
    await till.work(later=True)
    assert (await till.look(payment)).status is S.SUCCEEDED
    assert (await till.check()).agrees


async def test_a_first_time_closed_is_a_refusal(till: Till) -> None:
    (taken,) = await till.create(new(payment_method="pm_card_slow"))
    attempt_id: Any = taken.attempt_id  # type: ignore[union-attr]

    await carry_out(till.world.pool, Closed(), till.world.tenant_id, attempt_id=attempt_id)  # type: ignore[arg-type]

    assert (await till.transaction(attempt_id)).error_code == "gateway_unavailable"


async def test_a_refund_that_may_have_been_made_is_not_refused(till: Till) -> None:
    payment = await till.paid("20.00", payment_method="pm_card_timeoutAfterRefund")
    (refund,) = await till.refund(payment, "5.00")

    await carry_out(till.world.pool, Closed(), till.world.tenant_id, attempt_id=refund.id)  # type: ignore[arg-type]

    assert (await till.transaction(refund.id)).status == "open"
    await till.work(later=True)
    assert (await till.look(payment)).refunded_minor == 500
    assert (await till.check()).agrees


async def test_the_last_part_waits_until_the_others_are_known(till: Till) -> None:
    """A part that is found after the end would find nothing held any more."""
    payment = await till.authorized("20.00", payment_method="pm_card_timeoutAfterCapture")
    await till.capture(payment, "5.00")

    with pytest.raises(PaymentUnderway):
        await till.capture(payment)
    with pytest.raises(PaymentUnderway):
        await till.capture(payment, "10.00", is_final=True)
    assert (await till.capture(payment, "1.00")).status == "open"

    await till.work(later=True)
    await till.capture(payment, "10.00", is_final=True)
    with pytest.raises(PaymentUnderway):
        await till.capture(payment, "1.00")
    await till.work(later=True)
    done = await till.look(payment)
    assert (done.status, done.captured_minor, done.capturing_minor) == (S.SUCCEEDED, 1600, 0)
    assert (await till.check()).agrees


async def test_who_waits_for_the_buyer_is_not_given_up(till: Till) -> None:
    payment = await till.waiting()
    (attempt,) = await till.transactions(payment)
    last = SettleAttempt(attempt.id, len(CHECKS) - 1)

    await settle(till.world.pool, till.world.tenant_id, last, gateways=till.world.system.gateways)

    assert "settle_attempt" in await till.waiting_jobs()
    assert (await till.look(payment)).status is S.REQUIRES_ACTION


async def test_called_off_at_the_gateway_and_told_as_declined_first(till: Till) -> None:
    """The gateway's notice of the charge comes before its reply to the void."""
    payment = await till.waiting()
    (attempt,) = await till.transactions(payment)
    declined = Declined(code="canceled", message="It was called off.")
    done = Done(reference="void", intent=payment.gateway_payment_intent_id or "")

    async def verb(tx: Tx) -> None:
        void = await open_transaction(
            tx, payment, TransactionType.VOID, amount_minor=2000, parent_id=attempt.id
        )
        await record_outcome(tx, attempt.id, declined)
        await record_outcome(tx, void.id, done)

    await till.world.do(verb)

    assert (await till.look(payment)).status is S.FAILED
    assert await till.moved(payment) == ["capture 20.00 failed", "void 20.00 succeeded"]


async def test_the_buyer_may_be_sent_to_another_page(till: Till) -> None:
    payment = await till.waiting()
    (attempt,) = await till.transactions(payment)
    other = ActionNeeded(
        intent=payment.gateway_payment_intent_id or "", url="https://bank.example/other"
    )

    await till.world.do(lambda tx: record_outcome(tx, attempt.id, other))

    assert (await till.look(payment)).action_url == other.url
    assert (await till.look(payment)).status is S.REQUIRES_ACTION


async def test_a_method_that_is_detached_is_not_charged_after_all(till: Till) -> None:
    """It was still saved when the payment was asked for."""
    gateway = till.world.system.gateways.sandbox(till.world.tenant_id)
    token, owner, looks = await gateway.save("pm_card_visa", None)
    method = await till.world.do(
        lambda tx: attach(
            tx,
            gateway="sandbox",
            token=token,
            gateway_customer=owner,
            customer_id=None,
            instrument=looks,
            metadata={},
        )
    )
    payment = await till.pending(payment_method=str(method.id))
    await till.world.do(lambda tx: detach(tx, method.id))

    with pytest.raises(PaymentMethodNotFound):
        await till.confirm(payment, None)

    assert await till.moved(payment) == []
