"""Changes: what became of an order and its lines is written down.

What was sold never changes. Whoever changes what became of it holds the order; where the money
of it moves, its payment too, and the payment first.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from guilder import payments
from guilder.catalog import VariantId
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import Payment

from .order import (
    FulfilmentLife,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderLineId,
    WholeOrder,
)
from .orders import OrderNotFound, filled_orders, locked_order, orders_by_ids


class LineChange(msgspec.Struct, frozen=True, kw_only=True):
    """How many more of a line's pieces, and how much more of its money."""

    line_id: OrderLineId
    fulfilled: int = 0
    awaited: int = 0
    returned: int = 0
    refunded: int = 0
    refunded_minor: int = 0
    restocked: int = 0


async def held_order(tx: Tx, order_id: OrderId) -> WholeOrder:
    """An order with its lines, ours to change until the transaction ends."""
    (whole,) = await filled_orders(tx, [await locked_order(tx, order_id)])
    return whole


async def held_with_payment(tx: Tx, order_id: OrderId) -> tuple[WholeOrder, Payment | None]:
    """An order and what it was paid by, both ours. The payment is held first, as elsewhere."""
    found = await orders_by_ids(tx, tenant_id=tx.tenant_id, ids=[order_id])
    if not found:
        raise OrderNotFound
    payment_id = found[0].payment_id
    payment = await payments.locked(tx, payment_id) if payment_id else None
    return await held_order(tx, order_id), payment


async def change(tx: Tx, whole: WholeOrder, changes: Sequence[LineChange]) -> WholeOrder:
    """Write back an order that this transaction holds, with what happened to its lines."""
    if changes:
        names = [name for name in LineChange.__struct_fields__ if name != "line_id"]
        await change_lines(
            tx,
            tenant_id=tx.tenant_id,
            ids=[one.line_id for one in changes],
            **{name: [getattr(one, name) for one in changes] for name in names},
        )
        (whole,) = await filled_orders(tx, [whole.order])
    order = replace(
        whole.order, fulfilment_status=come_to(whole.order.fulfilment_status, whole.lines)
    )
    saved = await update_order(
        tx,
        tenant_id=tx.tenant_id,
        order_id=order.id,
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        refunded_minor=order.refunded_minor,
        refunding_minor=order.refunding_minor,
        refunds=order.refunds,
        canceled_at=order.canceled_at,
    )
    return replace(whole, order=saved)


def come_to(before: FulfilmentStatus, lines: Sequence[OrderLine]) -> FulfilmentStatus:
    """Where an order stands by what became of its pieces, if an arrow leads there."""
    after = _by_pieces(lines)
    if before in {after, FulfilmentStatus.CANCELED}:
        return before
    arrows = (move for move in FulfilmentLife.moves if before in move.sources)
    return FulfilmentStatus(next(move.target for move in arrows if move.target is after))


def _by_pieces(lines: Sequence[OrderLine]) -> FulfilmentStatus:
    """What was put back on the shelf is not to be sent any more."""
    sold = sum(line.quantity for line in lines)
    sent = sum(line.fulfilled for line in lines)
    back = sum(line.returned for line in lines)
    if back:
        is_all = back == sold
        return FulfilmentStatus.RETURNED if is_all else FulfilmentStatus.PARTIALLY_RETURNED
    if not sent:
        return FulfilmentStatus.UNFULFILLED
    is_all = not any(line.sendable for line in lines)
    return FulfilmentStatus.FULFILLED if is_all else FulfilmentStatus.PARTIALLY_FULFILLED


def goods_of(counted: Sequence[tuple[OrderLine, int]]) -> dict[VariantId, int]:
    """How many of which variants these pieces are."""
    goods: dict[VariantId, int] = {}
    for line, quantity in counted:
        if quantity:
            goods[line.variant_id] = goods.get(line.variant_id, 0) + quantity
    return goods


@sql
async def change_lines(
    tx: Tx,
    *,
    tenant_id: TenantId,
    ids: list[OrderLineId],
    fulfilled: list[int],
    awaited: list[int],
    returned: list[int],
    refunded: list[int],
    refunded_minor: list[int],
    restocked: list[int],
) -> None: ...


@sql
async def update_order(
    tx: Tx,
    *,
    tenant_id: TenantId,
    order_id: OrderId,
    payment_status: str,
    fulfilment_status: str,
    refunded_minor: int,
    refunding_minor: int,
    refunds: int,
    canceled_at: datetime | None,
) -> Order: ...
