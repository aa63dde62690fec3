"""The payments API: taken, held, captured, called off and given back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder import customers, events
from guilder.customers import CustomerId, CustomerNotFound
from guilder.db import Tx
from guilder.feed import EventView, show_event
from guilder.http import Asked, Caller, Listing, Page, RequestInProgress, Unfinished, get, post
from guilder.kernel import AmountTooLarge, CurrencyNotKnown, IllegalMove, Problem

from .attempts import MOVEMENT_PROBLEMS, GatewayDeclined, carry_out
from .cancellations import PaymentUnderway, cancel
from .captures import CaptureNotAllowed, capture
from .confirmations import PaymentExpired, confirm
from .draft import METHOD_PROBLEMS, AmountNotPositive, ExpiryNotInFuture
from .gateways import AttemptId, Gateways
from .intake import PaymentKeyBusy, PaymentKeyReused, Taken, create_payments
from .payment import Payment, PaymentId, PaymentStatus
from .payments import PaymentNotFound, newest_payments, payment_by_id
from .refunds import RefundNotAllowed, refund
from .settlement import ask
from .timeline import Moment, timeline
from .transaction import Transaction, TransactionStatus
from .transactions import transaction_by_id, transactions_of
from .views import (
    Amount,
    GatewayName,
    Instant,
    Method,
    MovementView,
    PaymentBody,
    PaymentView,
    TransactionView,
    Url,
    show,
    show_movement,
    show_transaction,
)


class PaymentWork(msgspec.Struct, frozen=True):
    """What is left to do for a payment: an attempt that its gateway has to be asked for."""

    payment_id: PaymentId
    attempt_id: AttemptId


class MovementWork(msgspec.Struct, frozen=True):
    """What is left to do for a capture or a refund: one attempt, or the parts of one."""

    payment_id: PaymentId
    attempt_ids: list[AttemptId]


class ConfirmationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With what the buyer pays."""

    payment_method: Method | None = None
    return_url: Url | None = None


class CaptureBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of what is held shall be taken: all that is left, where nothing is said."""

    amount: Amount | None = None
    final: Annotated[bool, Meta(description="Let go of what is left.")] = False


class CancellationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is called off."""

    reason: Annotated[str, Meta(max_length=500)] | None = None


class RefundBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much shall be given back: all that is left, where nothing is said."""

    amount: Amount | None = None
    reason: Annotated[str, Meta(max_length=500, examples=["requested_by_customer"])] | None = None


class Transactions(msgspec.Struct, frozen=True):
    """All movements of a payment, in their order."""

    data: list[TransactionView]


class Timeline(msgspec.Struct, frozen=True):
    """A payment's story, from its beginning."""

    data: list[Moment]


async def finish_payment(caller: Caller, work: PaymentWork, gateways: Gateways) -> PaymentView:
    """Ask the gateway, and answer how the payment stands after that."""
    await _carry_out(caller, gateways, work.attempt_id)
    async with caller.transaction() as tx:
        return show(await payment_by_id(tx, work.payment_id))


@post(
    "/v1/payments",
    "payments:write",
    finish=finish_payment,
    problems=(
        AmountNotPositive,
        AmountTooLarge,
        CurrencyNotKnown,
        CustomerNotFound,
        ExpiryNotInFuture,
        PaymentKeyReused,
        PaymentKeyBusy,
        *METHOD_PROBLEMS,
    ),
)
async def create_payment(
    tx: Tx, asked: Sequence[Asked[PaymentBody, None]]
) -> list[PaymentView | Unfinished[PaymentWork] | Problem]:
    """Ask for a payment, and with `confirm` have it paid at once.

    A payment that its bank declines is made all the same: it has failed, and
    says why. While a gateway's answer is not known, the payment is `processing`.
    """
    taken = await create_payments(tx, [one.body.asked(one.key, tx.actor) for one in asked])
    return [one if isinstance(one, Problem) else _answer(one) for one in taken]


@get("/v1/payments", "payments:read")
async def list_payments(
    tx: Tx,
    page: Page,
    *,
    status: PaymentStatus | None = None,
    order_id: str | None = None,
    user_id: UUID | None = None,
    customer_id: CustomerId | None = None,
    gateway: GatewayName | None = None,
    gateway_payment_intent_id: str | None = None,
    created_from: Instant | None = None,
    created_before: Instant | None = None,
) -> Listing[PaymentView]:
    """List payments, newest first.

    Of a customer those too that were made under the id of one who was merged into them.
    """
    before = page.after(tuple[datetime, PaymentId]) or (None, None)
    same = await customers.ids_of(tx, customer_id) if customer_id else None
    found = await newest_payments(
        tx,
        tenant_id=tx.tenant_id,
        status=status,
        order_id=order_id,
        user_id=user_id,
        customer_ids=same,
        gateway=gateway,
        intent=gateway_payment_intent_id,
        created_from=created_from,
        created_before=created_before,
        before_at=before[0],
        before_id=before[1],
        most=page.most,
    )
    return page.listing(found, at=lambda payment: (payment.created_at, payment.id), show=show)


@get("/v1/payments/{payment_id}", "payments:read", problems=(PaymentNotFound,))
async def show_payment(tx: Tx, payment_id: PaymentId) -> PaymentView:
    """Look at one payment."""
    return show(await payment_by_id(tx, payment_id))


async def finish_confirmation(caller: Caller, work: PaymentWork, gateways: Gateways) -> PaymentView:
    """Ask the gateway: for the charge, or how it went where the buyer had to act."""
    async with caller.transaction() as tx:
        attempt = await transaction_by_id(tx, work.attempt_id)
    if attempt.status is TransactionStatus.WAITING:
        await ask(caller.pool, gateways, caller.tenant_id, attempt_id=work.attempt_id)
    else:
        await _carry_out(caller, gateways, work.attempt_id)
    async with caller.transaction() as tx:
        return show(await payment_by_id(tx, work.payment_id))


@post(
    "/v1/payments/{payment_id}/confirmations",
    "payments:write",
    finish=finish_confirmation,
    problems=(PaymentNotFound, PaymentExpired, IllegalMove, *METHOD_PROBLEMS),
)
async def confirm_payment(
    tx: Tx, payment_id: PaymentId, body: ConfirmationBody
) -> PaymentView | Unfinished[PaymentWork]:
    """Have a payment paid, or go on with one whose buyer has acted."""
    payment, attempt_id = await confirm(
        tx, payment_id, body.payment_method, return_url=body.return_url
    )
    return _answer(Taken(payment, attempt_id))


async def finish_movement(caller: Caller, work: MovementWork, gateways: Gateways) -> MovementView:
    """Ask the gateway, and answer what became of it."""
    for attempt_id in work.attempt_ids:
        await _carry_out(caller, gateways, attempt_id)
    async with caller.transaction() as tx:
        return _told(*await _movement(tx, work))


@post(
    "/v1/payments/{payment_id}/captures",
    "payments:write",
    finish=finish_movement,
    problems=(
        PaymentNotFound,
        CaptureNotAllowed,
        PaymentUnderway,
        IllegalMove,
        *MOVEMENT_PROBLEMS,
    ),
)
async def capture_payment(
    tx: Tx, payment_id: PaymentId, body: CaptureBody
) -> MovementView | Unfinished[MovementWork]:
    """Take what is held, or a part of it.

    Several captures may follow each other up to the authorized amount; the
    `final` one lets go of the rest. Without an amount all of it is taken.
    """
    attempt, is_done = await capture(tx, payment_id, body.amount, is_final=body.final)
    return await _movement_or_work(tx, payment_id, [(attempt, is_done)])


async def finish_cancellation(caller: Caller, work: PaymentWork, gateways: Gateways) -> PaymentView:
    """Have the gateway let go, and answer how the payment stands; what it declined is a problem."""
    await _carry_out(caller, gateways, work.attempt_id)
    async with caller.transaction() as tx:
        attempts, payment = await _movement(tx, MovementWork(work.payment_id, [work.attempt_id]))
    return _told(attempts, payment).payment


@post(
    "/v1/payments/{payment_id}/cancellations",
    "payments:write",
    finish=finish_cancellation,
    problems=(PaymentNotFound, PaymentUnderway, IllegalMove, *MOVEMENT_PROBLEMS),
)
async def cancel_payment(
    tx: Tx, payment_id: PaymentId, body: CancellationBody
) -> PaymentView | Unfinished[PaymentWork]:
    """Call a payment off, and let go of what is held.

    Of a payment that was captured in part, what was taken stays taken.
    """
    return _answer(Taken(*await cancel(tx, payment_id, reason=body.reason)))


@post(
    "/v1/payments/{payment_id}/refunds",
    "payments:write",
    finish=finish_movement,
    problems=(PaymentNotFound, RefundNotAllowed, *MOVEMENT_PROBLEMS),
)
async def refund_payment(
    tx: Tx, payment_id: PaymentId, body: RefundBody
) -> MovementView | Unfinished[MovementWork]:
    """Give back what was taken, or a part of it.

    What several captures took goes back in as many transactions; the answer
    is the last of them, with the amount of all.
    """
    parts = await refund(tx, payment_id, body.amount, reason=body.reason)
    return await _movement_or_work(tx, payment_id, parts)


@get("/v1/payments/{payment_id}/transactions", "payments:read", problems=(PaymentNotFound,))
async def list_transactions(tx: Tx, payment_id: PaymentId) -> Transactions:
    """See every movement at a gateway that belongs to a payment."""
    await payment_by_id(tx, payment_id)
    found = await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
    return Transactions([show_transaction(one) for one in found])


@get("/v1/payments/{payment_id}/events", "payments:read", problems=(PaymentNotFound,))
async def list_payment_events(tx: Tx, page: Page, *, payment_id: PaymentId) -> Listing[EventView]:
    """List the facts about a payment, newest first."""
    await payment_by_id(tx, payment_id)
    found = await events.newest_events(
        tx,
        tenant_id=tx.tenant_id,
        type=None,
        object_id=payment_id,
        before=page.after(int),
        most=page.most,
    )
    return page.listing(found, at=lambda event: event.position, show=show_event)


@get("/v1/payments/{payment_id}/timeline", "payments:read", problems=(PaymentNotFound,))
async def show_timeline(tx: Tx, payment_id: PaymentId) -> Timeline:
    """Read what happened to a payment, in words."""
    return Timeline(await timeline(tx, await payment_by_id(tx, payment_id)))


def _answer(taken: Taken) -> PaymentView | Unfinished[PaymentWork]:
    if taken.attempt_id is None:
        return show(taken.payment)
    return Unfinished(PaymentWork(taken.payment.id, taken.attempt_id))


async def _carry_out(caller: Caller, gateways: Gateways, attempt_id: AttemptId) -> None:
    tenant_id = caller.tenant_id
    if not await carry_out(caller.pool, gateways, tenant_id, attempt_id=attempt_id):
        raise RequestInProgress


async def _movement_or_work(
    tx: Tx, payment_id: PaymentId, parts: Sequence[tuple[Transaction, bool]]
) -> MovementView | Unfinished[MovementWork]:
    """What was done at once is answered; what was not, or was declined, after the commit."""
    work = MovementWork(payment_id, [attempt.id for attempt, _ in parts])
    if all(is_done for _, is_done in parts):
        attempts, payment = await _movement(tx, work)
        if not any(attempt.status is TransactionStatus.FAILED for attempt in attempts):
            return show_movement(attempts, payment)
    return Unfinished(work)


async def _movement(tx: Tx, work: MovementWork) -> tuple[list[Transaction], Payment]:
    every = await transactions_of(tx, tenant_id=tx.tenant_id, payment_id=work.payment_id)
    by_id = {one.id: one for one in every}
    parts = [by_id[attempt_id] for attempt_id in work.attempt_ids]
    return parts, await payment_by_id(tx, work.payment_id)


def _told(parts: list[Transaction], payment: Payment) -> MovementView:
    """What became of it: what was done of several parts, or why none was."""
    done = [part for part in parts if part.status is not TransactionStatus.FAILED]
    if done:
        return show_movement(done, payment)
    refused = parts[-1]
    raise GatewayDeclined(
        reason=refused.error_code or "declined", message=refused.error_message or ""
    )


ENDPOINTS = (
    create_payment,
    list_payments,
    show_payment,
    confirm_payment,
    capture_payment,
    cancel_payment,
    refund_payment,
    list_transactions,
    list_payment_events,
    show_timeline,
)
