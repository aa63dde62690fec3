"""Orders: what was paid for becomes an order, once, in the transaction that records the payment."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from guilder import catalog
from guilder.catalog import OutOfStock
from guilder.checkout import promotions
from guilder.checkout.sessions import (
    CheckoutCompleted,
    CheckoutId,
    OrderId,
    Session,
    SessionStatus,
    holding_of,
)
from guilder.customers import CustomerId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId
from guilder.payments import PaymentId

from .events import OrderPlaced
from .numbers import Numbers
from .order import (
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderLineId,
    OrderPaymentStatus,
    WholeOrder,
)

PAYMENTS: Final = "payments"
"""Who made an order that nobody asked for in this moment: a payment's success did."""


class OrderNotFound(Problem, status=404):
    """There is no such order."""


async def place_orders(
    tx: Tx, numbers: Numbers, paid: Sequence[Session]
) -> list[WholeOrder | OutOfStock]:
    """Make orders of sessions that this transaction holds and that are paid for.

    What was kept for a session is sold; where it was let go, it is taken from what
    is left, and where that is not enough there is no order.
    """
    missing = await catalog.sell(
        tx, [holding_of(each.id, each.expires_at, each.snapshot) for each in paid]
    )
    sold = [each for each, wrong in zip(paid, missing, strict=True) if wrong is None]
    placed = {whole.order.id: whole for whole in await _place(tx, numbers, sold)}
    return [wrong or placed[each.order_id] for each, wrong in zip(paid, missing, strict=True)]


async def order_by_id(tx: Tx, order_id: OrderId) -> WholeOrder:
    """One order of the tenant."""
    (found,) = await whole_orders(tx, [order_id])
    if found is None:
        raise OrderNotFound
    return found


async def whole_orders(tx: Tx, order_ids: Sequence[OrderId]) -> list[WholeOrder | None]:
    """Orders with their lines, in the order asked."""
    ids = list(order_ids)
    orders = {each.id: each for each in await orders_by_ids(tx, tenant_id=tx.tenant_id, ids=ids)}
    wholes = {each.order.id: each for each in await filled_orders(tx, list(orders.values()))}
    return [wholes.get(order_id) for order_id in ids]


async def filled_orders(tx: Tx, orders: Sequence[Order]) -> list[WholeOrder]:
    """The same orders, with their lines."""
    if not orders:
        return []
    ids = [order.id for order in orders]
    lines = await lines_of_orders(tx, tenant_id=tx.tenant_id, order_ids=ids)
    return [
        WholeOrder(order, [line for line in lines if line.order_id == order.id]) for order in orders
    ]


async def locked_order(tx: Tx, order_id: OrderId) -> Order:
    """One order, ours to change until the transaction ends."""
    found = await lock_order(tx, tenant_id=tx.tenant_id, order_id=order_id)
    if found is None:
        raise OrderNotFound
    return found


async def _place(tx: Tx, numbers: Numbers, sold: Sequence[Session]) -> list[WholeOrder]:
    if not sold:
        return []
    await promotions.use(tx, [each.id for each in sold if each.snapshot.discounts])
    count = sum(len(each.snapshot.lines) for each in sold)
    taken = await numbers.take(tx.tenant_id, len(sold), lines=count)
    ids = iter(taken.line_ids)
    now = await tx.now()
    found = [
        WholeOrder(
            _order(each, number, by=str(tx.actor or PAYMENTS), now=now), list(_lines(each, ids))
        )
        for number, each in enumerate(sold, start=taken.first)
    ]
    await insert_orders(
        tx,
        orders=[whole.order for whole in found],
        lines=[line for whole in found for line in whole.lines],
    )
    completed = await complete_sessions(
        tx,
        tenant_id=tx.tenant_id,
        ids=[each.id for each in sold],
        payment_ids=[each.payment_id for each in sold],
    )
    for whole in found:
        tx.emit(OrderPlaced.of(whole))
    for session in sold:
        if session.id in completed:
            tx.emit(CheckoutCompleted.of(replace(session, status=SessionStatus.COMPLETED)))
    return found


def _order(session: Session, number: int, *, by: str, now: datetime) -> Order:
    """The order as it will be written: what the handoff said, and nothing else."""
    sold = session.snapshot
    return Order(
        id=session.order_id,
        number=number,
        checkout_id=session.id,
        cart_id=session.cart_id,
        payment_id=session.payment_id,
        customer_id=session.customer_id,
        currency=sold.currency,
        subtotal_minor=sold.subtotal_minor,
        discount_minor=sold.discount_minor,
        shipping_minor=sold.shipping_minor,
        tax_minor=sold.tax_minor,
        total_minor=sold.total_minor,
        shipping=sold.shipping,
        discounts=sold.discounts,
        taxes=sold.taxes,
        is_reverse_charge=sold.is_reverse_charge,
        payment_status=OrderPaymentStatus.PAID,
        fulfilment_status=FulfilmentStatus.UNFULFILLED,
        refunded_minor=0,
        refunding_minor=0,
        refunds=0,
        max_refunds=sold.max_refunds,
        metadata=session.metadata,
        buyer=session.known_buyer,
        created_by=by,
        canceled_at=None,
        created_at=now,
        updated_at=now,
    )


def _lines(session: Session, ids: Iterator[OrderLineId]) -> Iterator[OrderLine]:
    for position, line in enumerate(session.snapshot.lines):
        yield OrderLine(
            id=next(ids),
            order_id=session.order_id,
            position=position,
            product_id=line.product_id,
            variant_id=line.variant_id,
            product_name=line.product_name,
            variant_name=line.variant_name,
            sku=line.sku,
            image=line.image,
            unit_amount_decimal=line.unit_amount_decimal,
            quantity=line.quantity,
            subtotal_minor=line.subtotal_minor,
            discount_minor=line.discount_minor,
            tax_minor=line.tax_minor,
            total_minor=line.total_minor,
            taxes=line.taxes,
            fulfilled=0,
            awaited=0,
            returned=0,
            refunded=0,
            refunded_minor=0,
        )


@sql
async def insert_orders(tx: Tx, *, orders: list[Order], lines: list[OrderLine]) -> None: ...


@sql
async def complete_sessions(
    tx: Tx, *, tenant_id: TenantId, ids: list[CheckoutId], payment_ids: list[PaymentId | None]
) -> list[CheckoutId]: ...


@sql
async def orders_by_ids(tx: Tx, *, tenant_id: TenantId, ids: list[OrderId]) -> list[Order]: ...


@sql
async def lines_of_orders(
    tx: Tx, *, tenant_id: TenantId, order_ids: list[OrderId]
) -> list[OrderLine]: ...


@sql
async def lock_order(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> Order | None: ...


@sql
async def newest_orders(
    tx: Tx,
    *,
    tenant_id: TenantId,
    number: int | None,
    customer_ids: list[CustomerId] | None,
    checkout_id: CheckoutId | None,
    payment_id: PaymentId | None,
    payment_status: str | None,
    fulfilment_status: str | None,
    created_from: datetime | None,
    created_before: datetime | None,
    before: int | None,
    most: int,
) -> list[Order]: ...
