"""The books: which accounts a payment moves.

What a buyer pays moves from the customer's account (guests share one) to the
gateway that keeps it for us; what the gateway keeps for itself moves on to its
fees, what a buyer objects to waits among the disputed, and a refund goes back.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec.structs import replace

from guilder import ledger
from guilder.db import Tx
from guilder.ledger import Account, Journal, Move

from .gateways import AttemptId
from .payment import Payment
from .transaction import Transaction


async def book_captures(tx: Tx, done: Sequence[tuple[Payment, AttemptId, int | None]]) -> None:
    """Enter what was taken from buyers at once, and what the gateways kept of it."""
    await ledger.record(
        tx,
        [
            Journal(
                attempt_id,
                (sale(payment, payment.captured_minor, "capture"), *fee_of(payment, fee)),
            )
            for payment, attempt_id, fee in done
        ],
    )


async def book_authorizations(tx: Tx, held: Sequence[tuple[Payment, AttemptId]]) -> None:
    """Note what is promised and has not moved."""
    if held:
        await ledger.hold(
            tx,
            [
                (attempt_id, sale(payment, payment.authorized_minor, "authorization"))
                for payment, attempt_id in held
            ],
        )


async def book_held_capture(
    tx: Tx, payment: Payment, capture: Transaction, *, fee_minor: int | None
) -> None:
    """Enter what was taken of a hold."""
    if capture.parent_id is not None:
        await ledger.take(
            tx,
            capture.parent_id,
            capture.amount_minor,
            journal_id=capture.id,
            reason="capture",
            and_also=fee_of(payment, fee_minor),
        )


async def book_refund(tx: Tx, payment: Payment, refund: Transaction) -> None:
    """Enter what was given back."""
    there = sale(payment, refund.amount_minor, "refund")
    back = replace(there, source=there.target, target=there.source)
    await ledger.record(tx, [Journal(refund.id, (back,))])


async def book_chargeback(tx: Tx, payment: Payment, minor: int, *, journal_id: UUID) -> None:
    """Enter what a bank has taken away until a dispute is decided."""
    taken = sale(payment, minor, "chargeback")
    move = replace(taken, source=kept_by(payment), target=disputed(payment))
    await ledger.record(tx, [Journal(journal_id, (move,))])


async def book_dispute_fee(tx: Tx, payment: Payment, minor: int) -> None:
    """Enter what a dispute costs more than was known, or less, below zero."""
    (fee,) = fee_of(payment, abs(minor))
    if minor < 0:
        fee = replace(fee, source=fee.target, target=fee.source, reason="fee_returned")
    await ledger.record(tx, [Journal(await ledger.new_journal_id(tx), (fee,))])


async def book_verdict(tx: Tx, payment: Payment, minor: int, *, is_won: bool) -> None:
    """Enter how a dispute ended: the money comes back to us, or stays with the buyer."""
    move = Move(
        source=disputed(payment),
        target=kept_by(payment) if is_won else buyer(payment),
        unit=payment.currency,
        minor=minor,
        reason="dispute_won" if is_won else "dispute_lost",
        subject_id=payment.id,
    )
    await ledger.record(tx, [Journal(await ledger.new_journal_id(tx), (move,))])


def sale(payment: Payment, minor: int, reason: str) -> Move:
    """An amount on its way from the buyer to where it is kept for us."""
    return Move(
        source=buyer(payment),
        target=kept_by(payment),
        unit=payment.currency,
        minor=minor,
        reason=reason,
        subject_id=payment.id,
    )


def fee_of(payment: Payment, fee_minor: int | None) -> tuple[Move, ...]:
    """What the gateway keeps for itself, if that is known."""
    if not fee_minor:
        return ()
    move = Move(
        source=kept_by(payment),
        target=Account("fees", payment.gateway or ""),
        unit=payment.currency,
        minor=fee_minor,
        reason="fee",
        subject_id=payment.id,
    )
    return (move,)


def buyer(payment: Payment) -> Account:
    """Who paid. Guests share one account."""
    return Account("customer", str(payment.customer_id) if payment.customer_id else "")


def kept_by(payment: Payment) -> Account:
    """Where the money of this payment is."""
    return Account("gateway", payment.gateway or "")


def disputed(payment: Payment) -> Account:
    """What buyers object to, until that is decided."""
    return Account("disputed", payment.gateway or "")
