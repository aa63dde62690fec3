"""Cancellations: a payment is called off, and what is held is let go."""

from msgspec.structs import replace

from guilder.db import Tx
from guilder.kernel import IllegalMove, Problem

from .attempts import begin
from .events import tell
from .gateways import AttemptId
from .payment import Payment, PaymentId, PaymentLife, PaymentStatus
from .payments import locked, save
from .transaction import TransactionStatus, TransactionType
from .transactions import charge_of, open_attempts, open_transaction


class PaymentUnderway(Problem, status=409, retry_after_seconds=5):
    """A gateway is at work on this payment: what it does has to be known first."""


async def cancel(
    tx: Tx, payment_id: PaymentId, *, reason: str | None = None
) -> tuple[Payment, AttemptId | None]:
    """Call a payment off; answers the attempt that has to be carried out, if there is one."""
    payment = await locked(tx, payment_id)
    if payment.status is PaymentStatus.CANCELED:
        return payment, None
    if payment.status not in PaymentLife.cancel.sources:
        raise IllegalMove(move=PaymentLife.cancel.name, state=payment.status)
    charge = await charge_of(tx, payment_id)
    if charge is None:
        return await _call_off(tx, payment, reason), None
    if (
        charge.status is TransactionStatus.OPEN
        or payment.capturing_minor
        or (
            len(await open_attempts(tx, tenant_id=tx.tenant_id, payment_id=payment_id))
            > (charge.status is TransactionStatus.WAITING)
        )
    ):
        raise PaymentUnderway
    void = await open_transaction(
        tx,
        payment,
        TransactionType.VOID,
        amount_minor=payment.amount_minor - payment.captured_minor,
        parent_id=charge.id,
        reason=reason,
    )
    is_done = await begin(tx, payment, void)
    after = await locked(tx, payment_id)
    is_open = not is_done or after.status is payment.status
    return after, void.id if is_open else None


async def _call_off(tx: Tx, payment: Payment, reason: str | None) -> Payment:
    changed = replace(
        payment,
        status=PaymentLife.cancel(payment.status),
        canceled_by=str(tx.actor or "guilder"),
        cancellation_reason=reason,
        expires_at=None,
        last_error_code=None,
    )
    saved = await save(tx, changed)
    tell(tx, saved)
    return saved
