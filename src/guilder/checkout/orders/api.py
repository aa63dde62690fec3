"""The orders API: found, looked at, and told as a story."""

from collections.abc import Sequence

import msgspec

from guilder import customers
from guilder.checkout.fields import Instant
from guilder.checkout.sessions import CheckoutId, OrderId
from guilder.customers import CustomerId
from guilder.db import Tx
from guilder.http import Asked, Listing, Page, get
from guilder.kernel import Problem
from guilder.payments import PaymentId

from .order import FulfilmentStatus, OrderPaymentStatus
from .orders import OrderNotFound, filled_orders, newest_orders, order_by_id, whole_orders
from .timeline import Moment, timeline
from .views import OrderView, show


class OfOrder(msgspec.Struct, frozen=True):
    """Which order."""

    order_id: OrderId


class OrderTimeline(msgspec.Struct, frozen=True):
    """An order's story, from its beginning."""

    data: list[Moment]


@get("/v1/orders", "orders:read")
async def list_orders(
    tx: Tx,
    page: Page,
    *,
    number: int | None = None,
    customer_id: CustomerId | None = None,
    checkout_id: CheckoutId | None = None,
    payment_id: PaymentId | None = None,
    payment_status: OrderPaymentStatus | None = None,
    fulfilment_status: FulfilmentStatus | None = None,
    created_from: Instant | None = None,
    created_before: Instant | None = None,
) -> Listing[OrderView]:
    """List orders, newest first."""
    same = await customers.ids_of(tx, customer_id) if customer_id else None
    found = await newest_orders(
        tx,
        tenant_id=tx.tenant_id,
        number=number,
        customer_ids=same,
        checkout_id=checkout_id,
        payment_id=payment_id,
        payment_status=payment_status,
        fulfilment_status=fulfilment_status,
        created_from=created_from,
        created_before=created_before,
        before=page.after(int),
        most=page.most,
    )
    wholes = await filled_orders(tx, found)
    return page.listing(wholes, at=lambda whole: whole.order.number, show=show)


@get("/v1/orders/{order_id}", "orders:read", problems=(OrderNotFound,))
async def show_order(tx: Tx, asked: Sequence[Asked[None, OfOrder]]) -> list[OrderView | Problem]:
    """Look at one order."""
    found = await whole_orders(tx, [one.path.order_id for one in asked])
    return [OrderNotFound() if whole is None else show(whole) for whole in found]


@get("/v1/orders/{order_id}/timeline", "orders:read", problems=(OrderNotFound,))
async def show_order_timeline(tx: Tx, order_id: OrderId) -> OrderTimeline:
    """Read what happened to an order, in words."""
    return OrderTimeline(await timeline(tx, await order_by_id(tx, order_id)))


ENDPOINTS = (list_orders, show_order, show_order_timeline)
