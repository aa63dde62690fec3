"""Standing: what a buyer who opens the payment page is told of their checkout."""

from enum import StrEnum, auto
from typing import Final
from uuid import UUID

import msgspec

from guilder.checkout.orders import WholeOrder, whole_orders
from guilder.checkout.sessions import (
    BEING_PAID,
    COME_TO_NOTHING,
    Session,
    SessionStatus,
    newest_sessions,
)
from guilder.db import Tx
from guilder.identity import ApiKeyId, ApiKeyNotFound, KeyMode, key_by_id
from guilder.kernel import ActorKind
from guilder.payments import Payment, PaymentStatus, newest_payments, payment_by_id

KEY_KINDS: Final = {ActorKind.API_KEY, ActorKind.VISITOR}
"""Whose names end in the id of a key: programs, and buyers whom a program sent here."""


class Stage(StrEnum):
    """How far it has come."""

    OPEN = auto()
    ACTION = auto()
    PROCESSING = auto()
    PAID = auto()
    REFUNDED = auto()
    EXPIRED = auto()
    FAILED = auto()
    RENEWED = auto()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A checkout, what became of it, and why the last attempt to pay it was declined."""

    stage: Stage
    session: Session
    order: WholeOrder | None = None
    payment: Payment | None = None
    decline: str | None = None
    successor: Session | None = None


async def standing_of(tx: Tx, session: Session) -> Standing:
    """How a checkout stands at this moment."""
    payment = await payment_by_id(tx, session.payment_id) if session.payment_id else None
    (order,) = await whole_orders(tx, [session.order_id])
    if order is not None:
        return Standing(stage=Stage.PAID, session=session, order=order, payment=payment)
    if payment is not None and payment.status not in COME_TO_NOTHING:
        return Standing(stage=_while_paid(payment), session=session, payment=payment)
    status = session.status_at(await tx.now())
    if status is SessionStatus.OPEN:
        return Standing(stage=Stage.OPEN, session=session, decline=await _decline(tx, session))
    successor = await _successor(tx, session)
    if successor is not None:
        return Standing(stage=Stage.RENEWED, session=session, successor=successor)
    is_expired = status is SessionStatus.EXPIRED
    return Standing(stage=Stage.EXPIRED if is_expired else Stage.FAILED, session=session)


async def is_test(tx: Tx, session: Session) -> bool:
    """Whether a checkout was asked for with a key for tests, with which no money moves."""
    kind, _, found = session.created_by.partition(":")
    if kind not in KEY_KINDS or not found:
        return False
    try:
        key = await key_by_id(tx, ApiKeyId(UUID(found)))
    except ApiKeyNotFound:
        return False
    return key.mode is KeyMode.TEST


def _while_paid(payment: Payment) -> Stage:
    if payment.status is PaymentStatus.REQUIRES_ACTION:
        return Stage.ACTION
    if payment.status in BEING_PAID or payment.refundable_minor > 0:
        return Stage.PROCESSING  # a success becomes an order in a moment
    return Stage.REFUNDED


async def _decline(tx: Tx, session: Session) -> str | None:
    """Why it was not paid the last time."""
    found = await newest_payments(
        tx,
        tenant_id=tx.tenant_id,
        status=PaymentStatus.FAILED,
        order_id=str(session.order_id),
        user_id=None,
        customer_ids=None,
        gateway=None,
        intent=None,
        created_from=None,
        created_before=None,
        before_at=None,
        before_id=None,
        most=1,
    )
    return (found[0].last_error_code or "declined") if found else None


async def _successor(tx: Tx, session: Session) -> Session | None:
    """What the buyer has at this page made of it, as by a promotion code."""
    newest = await newest_sessions(
        tx,
        tenant_id=tx.tenant_id,
        status=None,
        cart_id=session.cart_id,
        customer_ids=None,
        before=None,
        most=1,
    )
    is_by_page = bool(newest) and newest[0].created_by.startswith(ActorKind.VISITOR)
    return newest[0] if is_by_page and newest[0].id != session.id else None
