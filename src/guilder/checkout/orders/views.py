"""What callers see of orders."""

from datetime import datetime
from enum import StrEnum, auto
from uuid import UUID

import msgspec

from guilder.catalog import VariantId
from guilder.checkout.carts import CartId
from guilder.checkout.carts.views import (
    Code,
    DiscountView,
    Minor,
    TaxView,
    amounts,
    show_discount,
    show_tax,
)
from guilder.checkout.fields import UnitAmount
from guilder.checkout.sessions import Buyer, CheckoutId, OrderId, sold_as
from guilder.customers import CustomerId
from guilder.kernel import Metadata
from guilder.payments import PaymentId

from .order import FulfilmentStatus, OrderLine, OrderLineId, OrderPaymentStatus, WholeOrder


class OrderStatus(StrEnum):
    """Where an order stands as a whole."""

    OPEN = auto()
    COMPLETED = auto()
    CANCELED = auto()


class OrderLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was bought, and how many pieces were sent, came back and were refunded.

    Of those that were sent `awaited` are announced to come back. `restocked` are not to be sent any
    more: they went back on the shelf, or will as soon as the refund that promises it is known.
    """

    id: OrderLineId
    variant_id: VariantId
    product_id: UUID
    name: str
    variant_name: str | None
    sku: str
    image: str | None
    quantity: int
    unit_amount_decimal: UnitAmount
    amount_subtotal: Minor
    amount_discount: Minor
    amount_tax: Minor
    amount_total: Minor
    amount_refunded: Minor
    taxes: list[TaxView]
    fulfilled: int
    awaited: int
    returned: int
    refunded: int
    restocked: int


class OrderShippingView(msgspec.Struct, frozen=True, kw_only=True):
    """How it travels, as it was chosen."""

    name: str
    amount_subtotal: Minor
    amount_tax: Minor
    amount_total: Minor


class OrderView(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="order"):
    """An order: what was bought, and what became of it."""

    id: OrderId
    number: int
    status: OrderStatus
    payment_status: OrderPaymentStatus
    fulfilment_status: FulfilmentStatus
    currency: Code
    lines: list[OrderLineView]
    shipping: OrderShippingView | None
    amount_subtotal: Minor
    amount_discount: Minor
    amount_shipping: Minor
    amount_tax: Minor
    amount_total: Minor
    amount_refunded: Minor
    amount_refunding: Minor
    discounts: list[DiscountView]
    taxes: list[TaxView]
    is_reverse_charge: bool
    refunds_left: int
    buyer: Buyer | None
    customer_id: CustomerId | None
    checkout_id: CheckoutId
    cart_id: CartId
    payment_id: PaymentId | None
    metadata: Metadata
    created_by: str
    canceled_at: datetime | None
    created_at: datetime
    updated_at: datetime


def show(whole: WholeOrder) -> OrderView:
    """An order as callers see it."""
    order = whole.order
    return OrderView(
        id=order.id,
        number=order.number,
        status=_status(order.fulfilment_status),
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        currency=order.currency,
        lines=[_show_line(line) for line in whole.lines],
        shipping=OrderShippingView(
            name=order.shipping.name,
            amount_subtotal=order.shipping.amount_minor,
            amount_tax=order.shipping.tax_minor,
            amount_total=order.shipping.total_minor,
        )
        if order.shipping
        else None,
        **amounts(order),
        amount_refunded=order.refunded_minor,
        amount_refunding=order.refunding_minor,
        discounts=[show_discount(one) for one in order.discounts],
        taxes=[show_tax(one) for one in order.taxes],
        is_reverse_charge=order.is_reverse_charge,
        refunds_left=order.max_refunds - order.refunds,
        buyer=order.buyer,
        customer_id=order.customer_id,
        checkout_id=order.checkout_id,
        cart_id=order.cart_id,
        payment_id=order.payment_id,
        metadata=order.metadata,
        created_by=order.created_by,
        canceled_at=order.canceled_at,
        created_at=order.created_at,
        updated_at=order.updated_at,
    )


def _status(fulfilment: FulfilmentStatus) -> OrderStatus:
    match fulfilment:
        case FulfilmentStatus.CANCELED:
            return OrderStatus.CANCELED
        case FulfilmentStatus.UNFULFILLED | FulfilmentStatus.PARTIALLY_FULFILLED:
            return OrderStatus.OPEN
        case _:
            return OrderStatus.COMPLETED


def _show_line(line: OrderLine) -> OrderLineView:
    return OrderLineView(
        id=line.id,
        **sold_as(line),
        amount_refunded=line.refunded_minor,
        fulfilled=line.fulfilled,
        awaited=line.awaited,
        returned=line.returned,
        refunded=line.refunded,
        restocked=line.restocked,
    )
