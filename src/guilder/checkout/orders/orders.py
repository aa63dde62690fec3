"""Orders: what was paid for becomes an order, once, in the transaction that records the payment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from guilder import catalog
from guilder.catalog import OutOfStock
from guilder.checkout import promotions
from guilder.checkout.carts import CartId
from guilder.checkout.sessions import (
    CheckoutCompleted,
    CheckoutId,
    OrderId,
    Session,
    holding_of,
)
from guilder.customers import CustomerId
from guilder.db import Tx, as_json, sql
from guilder.kernel import Problem, TenantId
from guilder.payments import PaymentId

from .events import OrderPlaced
from .numbers import Numbers
from .order import Order, OrderLine, OrderLineId, WholeOrder

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
    lines = {each.order_id: list(_lines(each, ids)) for each in sold}
    numbered = range(taken.first, taken.first + len(sold))
    orders = await _insert(tx, sold, lines=lines, numbers=numbered)
    completed = await complete_sessions(
        tx,
        tenant_id=tx.tenant_id,
        ids=[each.id for each in sold],
        payment_ids=[each.payment_id for each in sold],
    )
    found = [WholeOrder(order, lines[order.id]) for order in orders]
    for whole in found:
        tx.emit(OrderPlaced.of(whole))
    for session in completed:
        tx.emit(CheckoutCompleted.of(session))
    return found


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


async def _insert(
    tx: Tx,
    sold: Sequence[Session],
    *,
    lines: Mapping[OrderId, Sequence[OrderLine]],
    numbers: Iterable[int],
) -> list[Order]:
    every = [line for each in sold for line in lines[each.order_id]]

    def of(name: str) -> list[Any]:
        return [getattr(each.snapshot, name) for each in sold]

    def of_line(name: str) -> list[Any]:
        return [getattr(line, name) for line in every]

    written = await insert_orders(
        tx,
        ids=[each.order_id for each in sold],
        numbers=list(numbers),
        checkout_ids=[each.id for each in sold],
        cart_ids=[each.cart_id for each in sold],
        payment_ids=[each.payment_id for each in sold],
        customer_ids=[each.customer_id for each in sold],
        currencies=of("currency"),
        subtotals=of("subtotal_minor"),
        discounts_minor=of("discount_minor"),
        shippings_minor=of("shipping_minor"),
        taxes_minor=of("tax_minor"),
        totals=of("total_minor"),
        shippings=of("shipping"),
        discounts=[as_json(one) for one in of("discounts")],
        taxes=[as_json(one) for one in of("taxes")],
        reverse_charges=of("is_reverse_charge"),
        max_refunds=of("max_refunds"),
        metadatas=[each.metadata for each in sold],
        buyers=[each.buyer for each in sold],
        created_by=str(tx.actor or PAYMENTS),
        line_ids=of_line("id"),
        line_order_ids=of_line("order_id"),
        positions=of_line("position"),
        product_ids=of_line("product_id"),
        variant_ids=of_line("variant_id"),
        product_names=of_line("product_name"),
        variant_names=of_line("variant_name"),
        skus=of_line("sku"),
        images=of_line("image"),
        unit_amounts=of_line("unit_amount_decimal"),
        quantities=of_line("quantity"),
        line_subtotals=of_line("subtotal_minor"),
        line_discounts=of_line("discount_minor"),
        line_taxes_minor=of_line("tax_minor"),
        line_totals=of_line("total_minor"),
        line_taxes=[as_json(one) for one in of_line("taxes")],
    )
    by_id = {order.id: order for order in written}
    return [by_id[each.order_id] for each in sold]


@sql
async def insert_orders(
    tx: Tx,
    *,
    ids: list[OrderId],
    numbers: list[int],
    checkout_ids: list[CheckoutId],
    cart_ids: list[CartId],
    payment_ids: list[PaymentId | None],
    customer_ids: list[CustomerId | None],
    currencies: list[str],
    subtotals: list[int],
    discounts_minor: list[int],
    shippings_minor: list[int],
    taxes_minor: list[int],
    totals: list[int],
    shippings: list[Any],
    discounts: list[Any],
    taxes: list[Any],
    reverse_charges: list[bool],
    max_refunds: list[int],
    metadatas: list[Any],
    buyers: list[Any],
    created_by: str,
    line_ids: list[OrderLineId],
    line_order_ids: list[OrderId],
    positions: list[int],
    product_ids: list[catalog.ProductId],
    variant_ids: list[catalog.VariantId],
    product_names: list[str],
    variant_names: list[str | None],
    skus: list[str],
    images: list[str | None],
    unit_amounts: list[Decimal],
    quantities: list[int],
    line_subtotals: list[int],
    line_discounts: list[int],
    line_taxes_minor: list[int],
    line_totals: list[int],
    line_taxes: list[Any],
) -> list[Order]: ...


@sql
async def complete_sessions(
    tx: Tx, *, tenant_id: TenantId, ids: list[CheckoutId], payment_ids: list[PaymentId | None]
) -> list[Session]: ...


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
