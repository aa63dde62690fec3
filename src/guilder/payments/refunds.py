"""Refunds: what was taken is given back, in one or several parts."""

from msgspec.structs import replace

from guilder.db import Tx
from guilder.kernel import Problem

from .attempts import begin
from .gateways import AttemptId
from .payment import PaymentId
from .payments import locked, save
from .transaction import Transaction, TransactionType
from .transactions import open_transaction, refundable_captures


class RefundNotAllowed(Problem, status=409):
    """A refund is positive, and at most what was taken and is neither given back nor disputed."""

    refundable: int
    currency: str


async def refund(
    tx: Tx, payment_id: PaymentId, minor: int | None, *, reason: str | None
) -> list[tuple[Transaction, bool]]:
    """Give back all or part of what was taken.

    A gateway gives back of one capture at a time, so what several captures took
    goes back in as many parts. Each part tells whether it was done at once.
    """
    payment = await locked(tx, payment_id)
    amount = payment.refundable_minor if minor is None else minor
    if not 0 < amount <= payment.refundable_minor:
        raise RefundNotAllowed(refundable=payment.refundable_minor, currency=payment.currency)
    changed = await save(tx, replace(payment, refunding_minor=payment.refunding_minor + amount))
    parts = []
    for capture_id, part in await _parts(tx, payment_id, amount):
        attempt = await open_transaction(
            tx,
            changed,
            TransactionType.REFUND,
            amount_minor=part,
            parent_id=capture_id,
            reason=reason,
        )
        parts.append((attempt, await begin(tx, changed, attempt)))
    return parts


async def _parts(tx: Tx, payment_id: PaymentId, amount: int) -> list[tuple[AttemptId, int]]:
    """Which captures give back how much: one that has enough, or else the oldest first."""
    captures = await refundable_captures(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
    enough = [one for one in captures if one.left_minor >= amount]
    if enough:
        return [(enough[0].id, amount)]
    parts = []
    for one in captures:
        part = min(one.left_minor, amount)
        if part:
            parts.append((one.id, part))
            amount -= part
    return parts
