"""The timeline: what happened to a payment, in words."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from guilder.db import Tx
from guilder.kernel import Money

from .payment import CaptureMode, Payment, PaymentId
from .transaction import Transaction, TransactionStatus, TransactionType
from .transactions import transactions_of, transactions_of_many


class Moment(msgspec.Struct, frozen=True):
    """One thing that happened, and who brought it about."""

    at: datetime
    text: str
    actor: str


async def timeline(tx: Tx, payment: Payment) -> list[Moment]:
    """Tell a payment's story, from its beginning."""
    movements = await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    return _told(payment, movements)


async def timelines(tx: Tx, payments: Iterable[Payment]) -> dict[PaymentId, list[Moment]]:
    """Tell the stories of several payments, which are looked up at once."""
    known = {payment.id: payment for payment in payments}
    movements: dict[PaymentId, list[Transaction]] = {payment_id: [] for payment_id in known}
    for one in await transactions_of_many(tx, tenant_id=tx.tenant_id, payment_ids=list(known)):
        movements[one.payment_id].append(one)
    return {each: _told(known[each], of_it) for each, of_it in movements.items()}


def _told(payment: Payment, movements: list[Transaction]) -> list[Moment]:
    moments = [Moment(payment.created_at, _beginning(payment), payment.created_by)]
    for movement in movements:
        moments.append(Moment(movement.created_at, _asked(movement, payment), movement.created_by))
        if told := _became(movement, payment):
            at = movement.finished_at or movement.updated_at
            moments.append(Moment(at, told, movement.gateway))
    is_void = any(one.type is TransactionType.VOID for one in movements)
    if payment.canceled_by is not None and not is_void:
        why = f" ({payment.cancellation_reason})" if payment.cancellation_reason else ""
        moments.append(Moment(payment.updated_at, f"It was canceled{why}.", payment.canceled_by))
    return sorted(moments, key=lambda moment: moment.at)


def _beginning(payment: Payment) -> str:
    how = "to be held" if payment.capture is CaptureMode.MANUAL else "to be paid"
    where = f" at {payment.gateway}: {payment.route_reason}" if payment.gateway else ""
    return f"{payment.amount} was asked for, {how}{where}."


def _asked(movement: Transaction, payment: Payment) -> str:
    amount, gateway = movement.amount, movement.gateway
    match movement.type:
        case TransactionType.AUTHORIZATION:
            return f"{gateway} was asked to hold {amount}{_with(payment)}."
        case TransactionType.CAPTURE if movement.is_charge:
            return f"{gateway} was asked to take {amount}{_with(payment)}."
        case TransactionType.CAPTURE:
            return f"{gateway} was asked to take {amount} of what is held."
        case TransactionType.REFUND:
            why = f" ({movement.reason})" if movement.reason else ""
            return f"{gateway} was asked to give back {amount}{why}."
        case TransactionType.VOID:
            return f"{gateway} was asked to let go of what is held."
        case TransactionType.CHARGEBACK:
            return f"The buyer's bank took back {amount}: {movement.reason or 'no reason given'}."


def _became(movement: Transaction, payment: Payment) -> str | None:
    if movement.status is TransactionStatus.WAITING:
        return "The buyer has to confirm it."
    if movement.status is TransactionStatus.OPEN:
        return "Its outcome is not known yet; the gateway will be asked again."
    if movement.type is TransactionType.CHARGEBACK:
        is_back = movement.status is TransactionStatus.FAILED
        return f"{movement.amount} came back: the dispute was won." if is_back else None
    if movement.status is TransactionStatus.FAILED:
        return f"It was not done: {movement.error_message} ({movement.error_code})"
    return _done(movement, payment)


def _done(movement: Transaction, payment: Payment) -> str:
    match movement.type:
        case TransactionType.AUTHORIZATION:
            return f"{movement.amount} is held."
        case TransactionType.CAPTURE:
            kept = Money(movement.fee_minor, payment.currency) if movement.fee_minor else None
            fee = f"; {movement.gateway} kept {kept}" if kept else ""
            return f"{movement.amount} was taken{fee}."
        case TransactionType.REFUND:
            return f"{movement.amount} was given back."
        case _:
            return "Nothing is held any more."


def _with(payment: Payment) -> str:
    looks = payment.instrument
    if looks is None:
        return ""
    digits = f" ending in {looks.last_four}" if looks.last_four else ""
    return f" from {looks.brand or looks.type}{digits}"
