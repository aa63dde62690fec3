"""Outcomes: what a gateway did becomes what we know, once, whoever tells it first.

The reply to our call, a notice, and a job that asks again all end here. The
payment is locked first, and an attempt whose outcome is known is left alone.
"""

from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from guilder import ledger
from guilder.db import Tx

from .books import book_authorizations, book_captures, book_held_capture, book_refund
from .disputes import charge_back
from .draft import stand_after
from .events import PaymentCaptured, PaymentRefunded, PaymentRefundFailed, tell
from .followups import expire_later
from .gateways import EXPIRED, ActionNeeded, AttemptId, Declined, Done, Outcome, Underway
from .payment import Payment, PaymentLife, PaymentStatus
from .payments import lock_payment_of, save
from .transaction import Transaction, TransactionType
from .transactions import finish, open_attempts, transaction_by_id, wait_for_buyer

BUYERS_TIME: Final = timedelta(days=1)
"""How long a payment waits for its buyer, where nothing else was said."""

CALLED_OFF: Final = Declined(code="canceled", message="The payment was called off.")


async def record_outcome(tx: Tx, attempt_id: AttemptId, outcome: Outcome) -> Payment:
    """Write down what became of an attempt, and all that follows from it."""
    payment = await lock_payment_of(tx, tenant_id=tx.tenant_id, attempt_id=attempt_id)
    attempt = await transaction_by_id(tx, attempt_id)
    if attempt.is_finished:
        return payment
    if attempt.is_charge and await _is_being_called_off(tx, payment, outcome):
        return payment  # the void tells by whom, and why
    if attempt.is_charge:
        return await _charged(tx, payment, attempt, outcome=outcome)
    if isinstance(outcome, ActionNeeded | Underway):
        return payment
    await finish(tx, attempt, outcome)
    if isinstance(outcome, Done):
        return await _done(tx, payment, attempt, outcome=outcome)
    return await _declined(tx, payment, attempt)


async def _charged(tx: Tx, payment: Payment, attempt: Transaction, *, outcome: Outcome) -> Payment:
    match outcome:
        case ActionNeeded():
            if outcome.url in {payment.action_url, urlsplit(payment.action_url or "").path}:
                return payment  # a worker that has no address of its own tells only the path
            if payment.status is PaymentStatus.REQUIRES_ACTION:
                told = replace(payment, gateway_payment_intent_id=outcome.intent)
                return await save(tx, replace(told, action_url=outcome.url))
            await wait_for_buyer(tx, attempt)
            changed = replace(
                payment,
                status=PaymentLife.await_buyer(payment.status),
                gateway_payment_intent_id=outcome.intent,
                action_url=outcome.url,
                action_expires_at=None if payment.expires_at else await tx.now() + BUYERS_TIME,
            )
        case Underway():
            changed = _underway(payment, outcome)
            if changed.status is payment.status:
                return changed if changed == payment else await save(tx, changed)
        case Done() | Declined():
            await finish(tx, attempt, outcome)
            changed = await _ended(tx, payment, outcome)
    saved = await save(tx, changed)
    if isinstance(outcome, Done) and saved.captured_minor:
        await book_captures(tx, [(saved, attempt.id, outcome.fee_minor)])
        saved = await charge_back(tx, saved)
    elif isinstance(outcome, Done):
        await book_authorizations(tx, [(saved, attempt.id)])
    if saved.status in {PaymentStatus.AUTHORIZED, PaymentStatus.REQUIRES_ACTION}:
        await expire_later(tx, [saved])
    tell(tx, saved)
    return saved


def _underway(payment: Payment, outcome: Underway) -> Payment:
    """The gateway is still at it. Where the buyer was waited for, it is their turn no more."""
    told = replace(payment, gateway_payment_intent_id=outcome.intent)
    if payment.status is not PaymentStatus.REQUIRES_ACTION:
        return told
    return replace(_acted(told), status=PaymentLife.process(payment.status))


async def _is_being_called_off(tx: Tx, payment: Payment, outcome: Outcome) -> bool:
    """Whether it has expired by our own order: beside such a charge only a void can be open."""
    if not isinstance(outcome, Declined) or outcome.code != EXPIRED:
        return False
    found = await open_attempts(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    return len(found) > 1


async def _ended(tx: Tx, payment: Payment, outcome: Done | Declined) -> Payment:
    """Who let the time pass was not declined: it ends as where it was we who waited no longer."""
    is_waited_for = payment.status is PaymentStatus.REQUIRES_ACTION
    if isinstance(outcome, Done) or outcome.code != EXPIRED or not is_waited_for:
        return stand_after(_acted(payment), outcome, now=await tx.now())
    return replace(
        _acted(payment),
        status=PaymentLife.cancel(payment.status),
        canceled_by=str(tx.actor or "guilder"),
        cancellation_reason=EXPIRED,
        expires_at=None,
    )


def _acted(payment: Payment) -> Payment:
    """The buyer is waited for no more. An end that somebody named stays."""
    return replace(payment, action_url=None, action_expires_at=None)


async def _done(tx: Tx, payment: Payment, attempt: Transaction, *, outcome: Done) -> Payment:
    match attempt.type:
        case TransactionType.CAPTURE:
            return await _captured(tx, payment, attempt, outcome=outcome)
        case TransactionType.REFUND:
            return await _refunded(tx, payment, attempt)
        case TransactionType.VOID:
            return await _voided(tx, payment, attempt)
        case _:
            return payment


async def _declined(tx: Tx, payment: Payment, attempt: Transaction) -> Payment:
    match attempt.type:
        case TransactionType.CAPTURE:
            left = payment.capturing_minor - attempt.amount_minor
            return await save(tx, replace(payment, capturing_minor=left))
        case TransactionType.REFUND:
            return await _not_refunded(tx, payment, attempt)
        case _:
            return payment


async def _captured(tx: Tx, payment: Payment, attempt: Transaction, *, outcome: Done) -> Payment:
    captured = payment.captured_minor + attempt.amount_minor
    is_last = attempt.is_final or captured == payment.authorized_minor
    changed = replace(
        payment,
        captured_minor=captured,
        capturing_minor=payment.capturing_minor - attempt.amount_minor,
    )
    if is_last:
        status = PaymentLife.succeed(payment.status)
        changed = replace(changed, status=status, expires_at=None)
    saved = await save(tx, changed)
    await book_held_capture(tx, saved, attempt, fee_minor=outcome.fee_minor)
    saved = await charge_back(tx, saved)
    if not is_last:
        tx.emit(PaymentCaptured.of(saved))
        return saved
    if attempt.parent_id is not None:
        await ledger.release(tx, attempt.parent_id)
    tell(tx, saved)
    return saved


async def _refunded(tx: Tx, payment: Payment, attempt: Transaction) -> Payment:
    refunded = payment.refunded_minor + attempt.amount_minor
    changed = replace(
        payment,
        refunded_minor=refunded,
        refunding_minor=payment.refunding_minor - attempt.amount_minor,
    )
    if payment.status is PaymentStatus.SUCCEEDED and refunded == payment.captured_minor:
        changed = replace(changed, status=PaymentLife.refund(payment.status))
    saved = await save(tx, changed)
    await book_refund(tx, saved, attempt)
    tx.emit(PaymentRefunded.of(saved))
    return saved


async def _not_refunded(tx: Tx, payment: Payment, attempt: Transaction) -> Payment:
    left = payment.refunding_minor - attempt.amount_minor
    saved = await charge_back(tx, await save(tx, replace(payment, refunding_minor=left)))
    tx.emit(PaymentRefundFailed.of(saved))
    return saved


async def _voided(tx: Tx, payment: Payment, attempt: Transaction) -> Payment:
    """Nothing is held any more. What was taken stays taken, or was given back by now."""
    is_taken = payment.captured_minor > 0
    move = PaymentLife.succeed if is_taken else PaymentLife.cancel
    if payment.status not in move.sources:
        return payment  # its charge has come to an end meanwhile, and that was told
    changed = replace(_acted(payment), status=move(payment.status), expires_at=None)
    if not is_taken:
        changed = replace(
            changed, canceled_by=attempt.created_by, cancellation_reason=attempt.reason
        )
    if attempt.parent_id is not None:
        charge = await transaction_by_id(tx, attempt.parent_id)
        if charge.is_finished:
            await ledger.release(tx, attempt.parent_id)
        else:
            await finish(tx, charge, CALLED_OFF)
    saved = await save(tx, changed)
    tell(tx, saved)
    if is_taken and saved.refunded_minor == saved.captured_minor:
        saved = await save(tx, replace(saved, status=PaymentLife.refund(saved.status)))
        tell(tx, saved)
    return saved
