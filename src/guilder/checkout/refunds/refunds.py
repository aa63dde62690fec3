"""Refunds of orders: by line, by amount, or whole; never more than was paid, nor too often.

The payment is held before its order. What moved at the payment's gateway is what the order
follows, so a refund is at its end when its movements are.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from guilder import payments
from guilder.checkout.orders import (
    LineChange,
    WholeOrder,
    change_order,
    held_with_payment,
    order_by_id,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments import AttemptId, Payment, RefundNotAllowed

from .following import follow, refunds_of_order
from .refund import Refund, RefundId, RefundLine, RefundStatus
from .shares import RefundAsked, plan


class RefundNotFound(Problem, status=404):
    """This order has no such refund."""


class OrderWasFree(Problem, status=409):
    """Nothing was paid for this order, so there is nothing to give back."""


class TooManyRefunds(Problem, status=409):
    """Of one order money is given back so many times at most."""

    maximum: int


async def refund_order(tx: Tx, order_id: OrderId, asked: RefundAsked) -> Refund:
    """Give back money of an order."""
    asked.refuse_unclear()
    whole, payment = await held_with_payment(tx, order_id)
    if payment is None:
        raise OrderWasFree
    return await give_back(tx, whole, payment, asked=asked)


async def give_back(
    tx: Tx, whole: WholeOrder, payment: Payment, *, asked: RefundAsked, is_capped: bool = False
) -> Refund:
    """Give back money of an order that is held, and so is its payment.

    Capped, it is not more than what is left, whatever the pieces cost.
    """
    order = whole.order
    earlier = await refunds_of_order(tx, tenant_id=tx.tenant_id, order_id=order.id)
    counted = [one for one in earlier if one.status is not RefundStatus.FAILED]
    if len(counted) >= order.max_refunds:
        raise TooManyRefunds(maximum=order.max_refunds)
    left = payment.refundable_minor
    planned = plan(whole, asked, shipping_left=_shipping_left(whole, counted), left=left)
    if is_capped and planned.amount_minor > left:
        planned = replace(planned, amount_minor=left, lines=_within(planned.lines, left))
    if not 0 < planned.amount_minor <= left:
        raise RefundNotAllowed(refundable=left, currency=order.currency)
    written = await insert_refund(
        tx,
        order_id=order.id,
        ordinal=len(earlier) + 1,
        amount_minor=planned.amount_minor,
        shipping_minor=planned.shipping_minor,
        currency=order.currency,
        reason=asked.reason,
        restocks=asked.restocks,
        lines=planned.lines,
        created_by=str(tx.actor or ""),
    )
    whole = replace(whole, order=replace(order, refunds=len(counted) + 1))
    reserved = await change_order(tx, whole, [_reserve(line) for line in planned.lines])
    parts = await payments.refund(tx, payment.id, planned.amount_minor, reason=asked.reason)
    await name_movements(
        tx,
        tenant_id=tx.tenant_id,
        refund_id=written.id,
        transaction_ids=[attempt.id for attempt, _ in parts],
    )
    await follow(tx, reserved, await payments.payment_by_id(tx, payment.id))
    return await refund_by_id(tx, order.id, written.id)


async def refund_by_id(tx: Tx, order_id: OrderId, refund_id: RefundId) -> Refund:
    """One refund of an order."""
    found = await find_refund(tx, tenant_id=tx.tenant_id, order_id=order_id, refund_id=refund_id)
    if found is None:
        raise RefundNotFound
    return found


async def refunds_of(tx: Tx, order_id: OrderId) -> list[Refund]:
    """All refunds of an order, in their order."""
    await order_by_id(tx, order_id)
    return await refunds_of_order(tx, tenant_id=tx.tenant_id, order_id=order_id)


def _shipping_left(whole: WholeOrder, counted: Sequence[Refund]) -> int:
    shipping = whole.order.shipping
    if shipping is None:
        return 0
    return shipping.total_minor - sum(one.shipping_minor for one in counted)


def _within(lines: Sequence[RefundLine], left: int) -> list[RefundLine]:
    """The same pieces, for no more money than is left."""
    capped = []
    for line in lines:
        part = min(line.amount_minor, left)
        left -= part
        capped.append(replace(line, amount_minor=part))
    return capped


def _reserve(line: RefundLine) -> LineChange:
    """These pieces are refunded by nobody else, and those that go back on the shelf not sent."""
    return LineChange(
        line_id=line.line_id,
        refunded=line.quantity,
        refunded_minor=line.amount_minor,
        restocked=line.restocked,
    )


@sql
async def insert_refund(
    tx: Tx,
    *,
    order_id: OrderId,
    ordinal: int,
    amount_minor: int,
    shipping_minor: int,
    currency: str,
    reason: str | None,
    restocks: bool,
    lines: list[RefundLine],
    created_by: str,
) -> Refund: ...


@sql
async def name_movements(
    tx: Tx, *, tenant_id: TenantId, refund_id: RefundId, transaction_ids: list[AttemptId]
) -> None: ...


@sql
async def find_refund(
    tx: Tx, *, tenant_id: TenantId, order_id: OrderId, refund_id: RefundId
) -> Refund | None: ...
