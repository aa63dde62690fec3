"""Reactions: a payment's success becomes an order in the transaction that records the success.

Whoever tells of it first brings it about: the reply to our call, a notice, a poll, or the
buyer who came back. What was paid for and cannot be had any more is given back.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from guilder import payments
from guilder.catalog import OutOfStock
from guilder.checkout.carts import CartId
from guilder.checkout.orders import Numbers, OrderPlaced, place_orders
from guilder.checkout.sessions import (
    CheckoutId,
    CheckoutRefunded,
    OrderId,
    Session,
    SessionStatus,
    close,
)
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import UNTRIED, PaymentFailed, PaymentId, PaymentSucceeded

from .purchases import lock_checkouts

MOST_DECLINES: Final = 10
"""A checkout that was declined so often has failed: somebody is trying cards."""

NOT_TO_BE_HAD: Final = "out of stock"
ORDERED_BEFORE: Final = "ordered before"


def is_of_an_order(_: Tx, fact: PaymentFailed) -> bool:
    """Whether a payment may be of a checkout: it then carries the id of the order to be."""
    return _order_id(fact) is not None


def is_to_be_ordered(tx: Tx, fact: PaymentSucceeded) -> bool:
    """Whether a payment may be of a checkout of which this transaction has not made an order."""
    order_id = _order_id(fact)
    return order_id is not None and not any(
        isinstance(told, OrderPlaced) and told.object_id == order_id for told in tx.facts
    )


async def order_what_was_paid(tx: Tx, facts: Sequence[PaymentSucceeded], numbers: Numbers) -> None:
    """Make an order of each checkout that was paid, unless it is one already."""
    paid = await _unordered(tx, facts)
    if not paid:
        return
    once = await _once_each(tx, paid)
    for session, outcome in zip(once, await place_orders(tx, numbers, once), strict=True):
        if isinstance(outcome, OutOfStock):
            await _give_back(tx, session, NOT_TO_BE_HAD)
    carts = [session.cart_id for session in once]
    beside = await open_beside(tx, tenant_id=tx.tenant_id, cart_ids=carts)
    await close(tx, beside, SessionStatus.EXPIRED)


async def count_what_was_declined(tx: Tx, facts: Sequence[PaymentFailed]) -> None:
    """Let a checkout be paid anew, unless it was declined too often.

    A gateway that is out of reach declines nothing: nobody tries cards at it.
    """
    untried = {fact.object_id for fact in facts if fact.data.last_error_code in UNTRIED}
    sessions = await _checkouts_of(tx, facts)
    for session in sessions:
        if session.payment_id is None:
            continue
        declines = await count_decline(
            tx,
            tenant_id=tx.tenant_id,
            checkout_id=session.id,
            payment_id=session.payment_id,
            count=0 if session.payment_id in untried else 1,
        )
        if declines is not None and declines >= MOST_DECLINES:
            await close(tx, [session.id], SessionStatus.FAILED)


async def _unordered(tx: Tx, facts: Sequence[PaymentSucceeded]) -> list[Session]:
    """The checkouts that no order was made of; the orders are looked at again under the lock."""
    ids = [order_id for fact in facts if (order_id := _order_id(fact))]
    there = set(await known_orders(tx, tenant_id=tx.tenant_id, ids=ids))
    missing = [fact for fact in facts if _order_id(fact) not in there]
    if not missing:
        return []
    held = await _checkouts_of(tx, missing)
    made = await known_orders(
        tx, tenant_id=tx.tenant_id, ids=[session.order_id for session in held]
    )
    return [session for session in held if session.order_id not in made]


async def _checkouts_of(tx: Tx, facts: Sequence[PaymentSucceeded | PaymentFailed]) -> list[Session]:
    """The checkouts that are paid by these very payments, ours until the transaction ends."""
    paid_by = {(order_id, fact.object_id) for fact in facts if (order_id := _order_id(fact))}
    if not paid_by:
        return []
    order_ids = [order_id for order_id, _ in paid_by]
    ids = await checkouts_of_orders(tx, tenant_id=tx.tenant_id, order_ids=order_ids)
    sessions = await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=ids) if ids else []
    return [each for each in sessions if (each.order_id, each.payment_id) in paid_by]


async def _once_each(tx: Tx, paid: Sequence[Session]) -> list[Session]:
    """A cart becomes one order: who has paid for another checkout of it has this money back."""
    carts = [session.cart_id for session in paid]
    ordered = set(await ordered_carts(tx, tenant_id=tx.tenant_id, cart_ids=carts))
    once: list[Session] = []
    for session in paid:
        if await _is_given_back(tx, session):
            await close(tx, [session.id], SessionStatus.FAILED)
        elif session.cart_id in ordered:
            await _give_back(tx, session, ORDERED_BEFORE)
        else:
            once.append(session)
            ordered.add(session.cart_id)
    return once


async def _is_given_back(tx: Tx, session: Session) -> bool:
    """Whether there is no money left that an order could be made for: the relay may be late."""
    if session.payment_id is None:
        return True
    return (await payments.payment_by_id(tx, session.payment_id)).refundable_minor <= 0


async def _give_back(tx: Tx, session: Session, reason: str) -> None:
    """It was paid for, and cannot be had any more."""
    if session.payment_id is None:
        return
    payment = await payments.locked(tx, session.payment_id)
    if payment.refundable_minor <= 0:
        return  # it was given back before
    await payments.refund(tx, session.payment_id, None, reason=reason, is_automatic=True)
    await close(tx, [session.id], SessionStatus.FAILED)
    is_open = session.status is SessionStatus.OPEN
    status = SessionStatus.FAILED if is_open else session.status
    tx.emit(CheckoutRefunded.of(replace(session, status=status)))


def _order_id(fact: PaymentSucceeded | PaymentFailed) -> OrderId | None:
    try:
        return OrderId(UUID(fact.data.order_id)) if fact.data.order_id else None
    except ValueError:
        return None  # an order of the tenant's own


@sql
async def known_orders(tx: Tx, *, tenant_id: TenantId, ids: list[OrderId]) -> list[OrderId]: ...


@sql
async def checkouts_of_orders(
    tx: Tx, *, tenant_id: TenantId, order_ids: list[OrderId]
) -> list[CheckoutId]: ...


@sql
async def ordered_carts(tx: Tx, *, tenant_id: TenantId, cart_ids: list[CartId]) -> list[CartId]: ...


@sql
async def open_beside(
    tx: Tx, *, tenant_id: TenantId, cart_ids: list[CartId]
) -> list[CheckoutId]: ...


@sql
async def count_decline(
    tx: Tx, *, tenant_id: TenantId, checkout_id: CheckoutId, payment_id: PaymentId, count: int
) -> int | None: ...
