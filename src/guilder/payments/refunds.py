"""Refunds: what was taken is given back, in one or several parts, and may come back once more."""

from collections.abc import Sequence

from msgspec.structs import replace

from guilder import ledger
from guilder.db import Tx
from guilder.identity import audit
from guilder.kernel import Problem

from .attempts import begin
from .disputes import charge_back
from .events import PaymentRefundFailed
from .gateways import AttemptId, Declined, RefundReport
from .payment import Payment, PaymentId, PaymentLife, PaymentStatus
from .payments import locked, save
from .transaction import Transaction, TransactionStatus, TransactionType
from .transactions import finish, open_transaction, refundable_captures, transactions_of


class RefundNotAllowed(Problem, status=409):
    """A refund is positive, and at most what was taken and is neither given back nor disputed."""

    refundable: int
    currency: str


async def refund(
    tx: Tx,
    payment_id: PaymentId,
    minor: int | None,
    *,
    reason: str | None,
    is_automatic: bool = False,
) -> list[tuple[Transaction, bool]]:
    """Give back all or part of what was taken.

    A gateway gives back of one capture at a time, so what several captures took
    goes back in as many parts. Each part tells whether it was done at once. Whoever asked
    for it is kept, unless it follows by itself from what somebody else did. Parts are begun
    one by one, since a gateway that is asked within the transaction is asked for each.
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
    if not is_automatic:
        given = {"amount_minor": amount, "currency": payment.currency, "reason": reason}
        await audit.record(tx, "payment.refunded", type="payment", id=payment_id, after=given)
    return parts


async def take_back_refunds(tx: Tx, payment_id: PaymentId, reports: Sequence[RefundReport]) -> None:
    """Take back the refunds that were done as far as we know, and which the gateway calls failed.

    What it does not list, or is still at, it has not called so.
    """
    failed = {one.reference: one.outcome for one in reports if isinstance(one.outcome, Declined)}
    if not failed:
        return
    payment = await locked(tx, payment_id)
    for refund in await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment_id):
        is_done = refund.status is TransactionStatus.SUCCEEDED
        outcome = failed.get(refund.gateway_reference or "")
        if refund.type is TransactionType.REFUND and is_done and outcome is not None:
            payment = await _take_back(tx, payment, refund, outcome=outcome)


async def _take_back(
    tx: Tx, payment: Payment, refund: Transaction, *, outcome: Declined
) -> Payment:
    await finish(tx, refund, outcome)
    await ledger.reverse(tx, refund.id, reason="refund_failed")
    changed = replace(payment, refunded_minor=payment.refunded_minor - refund.amount_minor)
    if payment.status is PaymentStatus.REFUNDED:
        changed = replace(changed, status=PaymentLife.take_back_refund(payment.status))
    saved = await charge_back(tx, await save(tx, changed))
    tx.emit(PaymentRefundFailed.of(saved))
    return saved


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
