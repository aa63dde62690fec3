"""Captures: what is held is taken, in one or several parts."""

from msgspec.structs import replace

from guilder.db import Tx
from guilder.kernel import IllegalMove, Problem

from .attempts import begin
from .cancellations import PaymentUnderway
from .payment import PaymentId, PaymentLife, PaymentStatus
from .payments import locked, save
from .transaction import Transaction, TransactionStatus, TransactionType
from .transactions import open_transaction, transactions_of


class CaptureNotAllowed(Problem, status=409):
    """A capture is positive, and at most what is still held."""

    capturable: int
    currency: str


async def capture(
    tx: Tx, payment_id: PaymentId, minor: int | None, *, is_final: bool
) -> tuple[Transaction, bool]:
    """Ask for a part of what is held, or all of it; answers whether it was done at once."""
    payment = await locked(tx, payment_id)
    if payment.status is not PaymentStatus.AUTHORIZED:
        raise IllegalMove(move=PaymentLife.succeed.name, state=payment.status)
    amount = payment.capturable_minor if minor is None else minor
    if not 0 < amount <= payment.capturable_minor:
        raise CaptureNotAllowed(capturable=payment.capturable_minor, currency=payment.currency)
    movements = await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
    is_final = is_final or minor is None
    if any(_has_to_be_known_first(one, is_final=is_final) for one in movements):
        raise PaymentUnderway
    charge = next(
        (one for one in movements if one.is_charge and one.status is TransactionStatus.SUCCEEDED),
        None,
    )
    changed = await save(tx, replace(payment, capturing_minor=payment.capturing_minor + amount))
    attempt = await open_transaction(
        tx,
        changed,
        TransactionType.CAPTURE,
        amount_minor=amount,
        parent_id=charge.id if charge else None,
        is_final=is_final,
    )
    return attempt, await begin(tx, changed, attempt)


def _has_to_be_known_first(movement: Transaction, *, is_final: bool) -> bool:
    """What lets go of the rest is done alone: a part beside it might be recorded after the end."""
    if movement.is_finished:
        return False
    if movement.type is TransactionType.CAPTURE:
        return movement.is_final or is_final
    return movement.type is TransactionType.VOID
