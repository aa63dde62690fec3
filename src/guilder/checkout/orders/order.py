"""The order: what was bought, as it was at the moment of payment."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any, NewType
from uuid import UUID

import msgspec

from guilder.catalog import ProductId, VariantId
from guilder.checkout.carts import CartId
from guilder.checkout.sessions import Buyer, CheckoutId, OrderId, SnapshotShipping
from guilder.checkout.totals import AppliedDiscount, TaxLine
from guilder.customers import CustomerId
from guilder.kernel import Currency, Lifecycle, Money, Move
from guilder.payments import PaymentId

OrderLineId = NewType("OrderLineId", UUID)


class OrderPaymentStatus(StrEnum):
    """How much of what was paid was given back."""

    PAID = auto()
    PARTIALLY_REFUNDED = auto()
    REFUNDED = auto()


class FulfilmentStatus(StrEnum):
    """How much of what was bought is with the buyer."""

    UNFULFILLED = auto()
    PARTIALLY_FULFILLED = auto()
    FULFILLED = auto()
    PARTIALLY_RETURNED = auto()
    RETURNED = auto()
    CANCELED = auto()


P = OrderPaymentStatus
F = FulfilmentStatus


class OrderPaymentLife(Lifecycle, column="checkout.placed_order.payment_status"):
    """Paid, and given back in part or in whole; a refund that fails in the end is taken back."""

    refund_part = Move(P.PAID, P.REFUNDED, to=P.PARTIALLY_REFUNDED)
    refund = Move(P.PAID, P.PARTIALLY_REFUNDED, to=P.REFUNDED)
    take_back = Move(P.PARTIALLY_REFUNDED, P.REFUNDED, to=P.PAID)


class FulfilmentLife(Lifecycle, column="checkout.placed_order.fulfilment_status"):
    """Sent in one or several parcels, or canceled before; and sent back in part or in whole."""

    fulfil_part = Move(F.UNFULFILLED, F.FULFILLED, to=F.PARTIALLY_FULFILLED)
    fulfil = Move(F.UNFULFILLED, F.PARTIALLY_FULFILLED, F.PARTIALLY_RETURNED, to=F.FULFILLED)
    unfulfil = Move(F.PARTIALLY_FULFILLED, F.FULFILLED, to=F.UNFULFILLED)
    cancel = Move(F.UNFULFILLED, to=F.CANCELED)
    return_part = Move(F.PARTIALLY_FULFILLED, F.FULFILLED, to=F.PARTIALLY_RETURNED)
    return_all = Move(F.PARTIALLY_FULFILLED, F.FULFILLED, F.PARTIALLY_RETURNED, to=F.RETURNED)


class Order(msgspec.Struct, frozen=True):
    """An order without its lines. What it sold never changes; what became of it does."""

    id: OrderId
    number: int
    checkout_id: CheckoutId
    cart_id: CartId
    payment_id: PaymentId | None
    customer_id: CustomerId | None
    currency: Currency
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    shipping: SnapshotShipping | None
    discounts: list[AppliedDiscount]
    taxes: list[TaxLine]
    is_reverse_charge: bool
    payment_status: OrderPaymentStatus
    fulfilment_status: FulfilmentStatus
    refunded_minor: int
    refunding_minor: int
    refunds: int
    max_refunds: int
    metadata: dict[str, Any]
    buyer: Buyer | None
    created_by: str
    canceled_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def refundable_minor(self) -> int:
        """What was paid, and is neither given back nor on its way."""
        return self.total_minor - self.refunded_minor - self.refunding_minor

    @property
    def is_undone(self) -> bool:
        """Whether nothing is left of the sale: called off, or all of it given back."""
        return self.canceled_at is not None or self.payment_status is OrderPaymentStatus.REFUNDED


class OrderLine(msgspec.Struct, frozen=True):
    """A line with copies of what it was called and cost, and what became of its pieces."""

    id: OrderLineId
    order_id: OrderId
    position: int
    product_id: ProductId
    variant_id: VariantId
    product_name: str
    variant_name: str | None
    sku: str
    image: str | None
    unit_amount_decimal: Decimal
    quantity: int
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    taxes: list[TaxLine]
    fulfilled: int
    returned: int
    refunded: int
    refunded_minor: int
    awaited: int = 0
    restocked: int = 0

    @property
    def sendable(self) -> int:
        """How many were neither sent nor put back on the shelf."""
        return self.quantity - self.fulfilled - self.restocked

    @property
    def returnable(self) -> int:
        """How many are with the buyer, and not announced to come back."""
        return self.fulfilled - self.returned - self.awaited


class WholeOrder(msgspec.Struct, frozen=True):
    """An order with its lines."""

    order: Order
    lines: list[OrderLine]
