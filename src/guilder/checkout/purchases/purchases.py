"""Purchases: checkouts are paid, in any number at once, each of them once.

Carts are held before their checkouts, here as where carts are handed over. Whoever holds
a checkout sees whether it was paid, or is being paid, and then nobody pays it again.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from guilder.checkout.orders import Numbers, WholeOrder, place_orders, whole_orders
from guilder.checkout.sessions import (
    BEING_PAID,
    COME_TO_NOTHING,
    CheckoutId,
    CheckoutNotFound,
    Session,
    SessionStatus,
    Snapshot,
)
from guilder.customers import CustomerId, known_customers
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments import (
    AttemptId,
    GatewayDeclined,
    NewPayment,
    Payment,
    PaymentId,
    PaymentStatus,
    Taken,
    create_payments,
    payment_by_id,
)

S = PaymentStatus

LONGEST_GOODS: Final = 200


class CheckoutClosed(Problem, status=409):
    """This checkout cannot be paid any more."""

    checkout_status: SessionStatus


class CheckoutBusy(Problem, status=409, retry_after_seconds=2):
    """This checkout is being paid at this moment: ask again."""


class NewPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """With what a checkout shall be paid."""

    checkout_id: CheckoutId
    gateway: str | None = None
    payment_method: str | None = None
    return_url: str | None = None
    key: str | None = None


class Pending(msgspec.Struct, frozen=True):
    """A purchase whose payment is not at its end; where an attempt is named, it is to be made."""

    session: Session
    payment: Payment
    attempt_id: AttemptId | None = None


Outcome = WholeOrder | Pending | Problem


class Found(msgspec.Struct, frozen=True):
    """A checkout that this transaction holds, and the time by which it is judged."""

    session: Session
    now: datetime


async def purchase(tx: Tx, numbers: Numbers, asked: Sequence[NewPurchase]) -> list[Outcome]:
    """Pay checkouts. What is wrong with one is nothing to the others."""
    ids = list(dict.fromkeys(new.checkout_id for new in asked))
    found = await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=ids)
    now = await tx.now()
    sessions = {session.id: session for session in found}
    outcomes: dict[CheckoutId, Outcome] = {}
    to_pay: list[tuple[NewPurchase, Session]] = []
    for new in {each.checkout_id: each for each in reversed(asked)}.values():
        session = sessions.get(new.checkout_id)
        standing = await _standing(tx, session, now=now) if session else CheckoutNotFound()
        if standing is not None:
            outcomes[new.checkout_id] = standing
        elif session is not None:
            to_pay.append((new, session))
    outcomes |= await _pay(tx, numbers, to_pay)
    return [outcomes[new.checkout_id] for new in asked]


async def how_it_stands(tx: Tx, checkout_id: CheckoutId, payment_id: PaymentId) -> Outcome:
    """What became of a purchase: an order, a payment that is not at its end, or a refusal."""
    (session,) = await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=[checkout_id])
    payment = await payment_by_id(tx, payment_id)
    if payment.status in COME_TO_NOTHING:
        return _declined(payment)
    if payment.status in BEING_PAID:
        return Pending(session, payment)
    (order,) = await whole_orders(tx, [session.order_id])
    if order is None and payment.refundable_minor > 0:
        return CheckoutBusy()  # it is paid, and the order is about to come
    return order or CheckoutClosed(checkout_status=session.status)


async def _standing(tx: Tx, session: Session, *, now: datetime) -> Outcome | None:
    """What became of a checkout; None where it is there to be paid."""
    if session.status is SessionStatus.COMPLETED or session.payment_id is not None:
        (order,) = await whole_orders(tx, [session.order_id])
        if order is not None:
            return order  # also where it was paid too late for its checkout
    status = session.status_at(now)
    if status is not SessionStatus.OPEN:
        return CheckoutClosed(checkout_status=status)
    if session.payment_id is None:
        return None
    payment = await payment_by_id(tx, session.payment_id)
    if payment.status is S.REQUIRES_ACTION:
        return Pending(session, payment)
    return None if payment.status in COME_TO_NOTHING else CheckoutBusy()


async def _pay(
    tx: Tx, numbers: Numbers, to_pay: Sequence[tuple[NewPurchase, Session]]
) -> dict[CheckoutId, Outcome]:
    free = [session for _, session in to_pay if session.total_minor == 0]
    owed = [(new, session) for new, session in to_pay if session.total_minor > 0]
    outcomes: dict[CheckoutId, Outcome] = {}
    named = {session.customer_id for _, session in owed if session.customer_id}
    known = await known_customers(tx, tenant_id=tx.tenant_id, ids=list(named)) if named else []
    payments = [_payment(new, session, known) for new, session in owed]
    taken = await create_payments(tx, payments)
    begun: list[tuple[Session, Taken]] = []
    for (_, session), one in zip(owed, taken, strict=True):
        if isinstance(one, Problem):
            outcomes[session.id] = one
        else:
            begun.append((_with(session, one.payment), one))
    paid = [session for session, one in begun if one.payment.status is S.SUCCEEDED]
    sold = [*free, *paid]
    placed = await place_orders(tx, numbers, sold)
    outcomes |= dict(zip((session.id for session in sold), placed, strict=True))
    for session, one in begun:
        if one.payment.status is S.FAILED:
            outcomes[session.id] = _declined(one.payment)
        elif one.payment.status is not S.SUCCEEDED:
            outcomes[session.id] = Pending(session, one.payment, one.attempt_id)
    unordered = [one for one in begun if not isinstance(outcomes[one[0].id], WholeOrder)]
    await _write_down(tx, unordered)
    return outcomes


def _goods_of(snapshot: Snapshot) -> str:
    """What is bought, in a line: for a bank's page, and for who looks at payments."""
    told = ", ".join(
        line.product_name if line.quantity == 1 else f"{line.quantity} × {line.product_name}"  # noqa: RUF001 - times
        for line in snapshot.lines
    )
    return told if len(told) <= LONGEST_GOODS else f"{told[: LONGEST_GOODS - 1]}…"


def _payment(new: NewPurchase, session: Session, known: Collection[CustomerId]) -> NewPayment:
    """The payment of a checkout. Who was merged or erased since then buys as a guest."""
    return NewPayment(
        amount_minor=session.total_minor,
        currency=session.currency,
        is_confirmed=True,
        gateway=new.gateway,
        payment_method=new.payment_method,
        customer_id=session.customer_id if session.customer_id in known else None,
        order_id=str(session.order_id),
        request_identifier=new.key,
        description=_goods_of(session.snapshot),
        return_url=new.return_url or session.success_url,
        metadata={"checkout_id": str(session.id)},
        expires_at=session.expires_at,
    )


def _with(session: Session, payment: Payment) -> Session:
    return msgspec.structs.replace(session, payment_id=payment.id)


async def _write_down(tx: Tx, begun: Sequence[tuple[Session, Taken]]) -> None:
    if begun:
        await name_payments(
            tx,
            tenant_id=tx.tenant_id,
            ids=[session.id for session, _ in begun],
            payment_ids=[one.payment.id for _, one in begun],
        )


def _declined(payment: Payment) -> GatewayDeclined:
    return GatewayDeclined(
        reason=payment.last_error_code or "declined", message=payment.last_error_message or ""
    )


@sql
async def lock_checkouts(
    tx: Tx, *, tenant_id: TenantId, ids: list[CheckoutId]
) -> list[Session]: ...


@sql
async def name_payments(
    tx: Tx, *, tenant_id: TenantId, ids: list[CheckoutId], payment_ids: list[PaymentId]
) -> None: ...
