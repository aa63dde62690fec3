"""Cancellations: an order of which nothing was sent is called off, once."""

from datetime import datetime

import msgspec
from msgspec.structs import replace

from guilder import catalog
from guilder.checkout.orders import (
    FulfilmentLife,
    LineChange,
    OrderCanceled,
    WholeOrder,
    change_order,
    goods_of,
    held_with_payment,
    order_by_id,
)
from guilder.checkout.refunds import Refund, RefundAsked, RefundId, give_back, promised_pieces
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import Payment


class Cancellation(msgspec.Struct, frozen=True):
    """Why an order was called off, and what was done about it."""

    order_id: OrderId
    reason: str | None
    is_restocked: bool
    refund_id: RefundId | None
    created_by: str
    created_at: datetime


async def cancel_order(
    tx: Tx, order_id: OrderId, *, reason: str | None, restocks: bool, refunds: bool
) -> tuple[Cancellation, Refund | None]:
    """Call an order off: put its pieces back on the shelf, and give back all that is left.

    What pending refunds have promised to the shelf goes there now too, whatever becomes of them.
    """
    whole, payment = await held_with_payment(tx, order_id)
    status = FulfilmentLife.cancel(whole.order.fulfilment_status)
    refund = await _refund(tx, whole, payment, reason=reason) if refunds else None
    if refund:
        whole = await order_by_id(tx, order_id)
    order = replace(whole.order, fulfilment_status=status, canceled_at=await tx.now())
    changes = await _restock(tx, whole) if restocks else []
    canceled = await change_order(tx, replace(whole, order=order), changes)
    tx.emit(OrderCanceled.of(canceled))
    written = await insert_cancellation(
        tx,
        order_id=order_id,
        reason=reason,
        is_restocked=restocks,
        refund_id=refund.id if refund else None,
        created_by=str(tx.actor or ""),
    )
    return written, refund


async def _refund(
    tx: Tx, whole: WholeOrder, payment: Payment | None, *, reason: str | None
) -> Refund | None:
    if payment is None or payment.refundable_minor <= 0:
        return None
    return await give_back(tx, whole, payment, asked=RefundAsked(reason=reason))


async def _restock(tx: Tx, whole: WholeOrder) -> list[LineChange]:
    promised = await promised_pieces(tx, whole.order)
    back = goods_of([(line, line.sendable + promised.get(line.id, 0)) for line in whole.lines])
    if back:
        await catalog.restock(tx, back, reference=f"order {whole.order.number}")
    return [LineChange(line_id=line.id, restocked=line.sendable) for line in whole.lines]


@sql
async def insert_cancellation(
    tx: Tx,
    *,
    order_id: OrderId,
    reason: str | None,
    is_restocked: bool,
    refund_id: RefundId | None,
    created_by: str,
) -> Cancellation: ...


@sql
async def find_cancellation(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> Cancellation: ...
