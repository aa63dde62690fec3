"""The checkout session: one cart as it was handed to the payment page, and what became of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any, Final, NewType
from uuid import UUID

import msgspec

from guilder.catalog import PriceId, ProductId, VariantId
from guilder.checkout.carts import CartId
from guilder.checkout.shipping import ShippingOptionId
from guilder.checkout.totals import AppliedDiscount, TaxLine
from guilder.customers import Address, CustomerId
from guilder.kernel import Currency, Lifecycle, Move
from guilder.payments import PaymentId, PaymentStatus

from .keys import SigningKeyId

CheckoutId = NewType("CheckoutId", UUID)
OrderId = NewType("OrderId", UUID)


class SessionStatus(StrEnum):
    """What became of a handoff."""

    OPEN = auto()
    COMPLETED = auto()
    EXPIRED = auto()
    FAILED = auto()


S = SessionStatus


class SessionLife(Lifecycle, column="checkout.session.status"):
    """Open until it is paid, its time is over, or it has failed."""

    complete = Move(S.OPEN, to=S.COMPLETED)
    expire = Move(S.OPEN, to=S.EXPIRED)
    fail = Move(S.OPEN, to=S.FAILED)


BEING_PAID: Final = frozenset(
    {
        PaymentStatus.PENDING,
        PaymentStatus.PROCESSING,
        PaymentStatus.REQUIRES_ACTION,
        PaymentStatus.AUTHORIZED,
    }
)
"""Where a payment may still come to money."""

COME_TO_NOTHING: Final = frozenset({PaymentStatus.FAILED, PaymentStatus.CANCELED})
"""Where a payment takes no money any more, so that another may be made in its place.

Beside any other nobody pays: one that has succeeded is an order, or is about to become one.
"""


class SnapshotLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is sold: what it is called, and what it costs."""

    variant_id: VariantId
    product_id: ProductId
    product_name: str
    variant_name: str | None
    sku: str
    image: str | None
    quantity: int
    unit_amount_decimal: Decimal
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    taxes: list[TaxLine]
    metadata: dict[str, Any]


class SnapshotShipping(msgspec.Struct, frozen=True, kw_only=True):
    """How it travels, and for how much."""

    option_id: ShippingOptionId
    name: str
    amount_minor: int
    tax_minor: int
    total_minor: int
    taxes: list[TaxLine]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold and what it costs, as it was at the handoff."""

    currency: Currency
    lines: list[SnapshotLine]
    shipping: SnapshotShipping | None
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    discounts: list[AppliedDiscount]
    taxes: list[TaxLine]
    is_reverse_charge: bool
    max_refunds: int


class Buyer(msgspec.Struct, frozen=True, kw_only=True):
    """Who buys, and where it goes to, as far as it is known."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    vat_number: str | None = None


class Session(msgspec.Struct, frozen=True):
    """A handoff. What it says never changes; its status and payment tell what became of it."""

    id: CheckoutId
    cart_id: CartId
    order_id: OrderId
    customer_id: CustomerId | None
    price_id: PriceId | None
    status: SessionStatus
    currency: Currency
    total_minor: int
    snapshot: Snapshot
    snapshot_hash: str
    buyer: Buyer | None
    told: Buyer | None
    key_id: SigningKeyId
    token: str
    success_url: str | None
    cancel_url: str | None
    metadata: dict[str, Any]
    payment_id: PaymentId | None
    declines: int
    created_by: str
    expires_at: datetime
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def known_buyer(self) -> Buyer | None:
        """Who buys: as handed over, and for the rest as they told at the payment page."""
        if self.buyer is None or self.told is None:
            return self.buyer
        told = {
            name: getattr(self.told, name)
            for name in Buyer.__struct_fields__
            if getattr(self.buyer, name) is None
        }
        return msgspec.structs.replace(self.buyer, **told)

    def payment_url(self, public_url: str) -> str:
        """Where the buyer pays; whoever has this address may."""
        return f"{public_url}/pay/{self.token}"

    def status_at(self, now: datetime) -> SessionStatus:
        """What it is worth at this moment: nothing, one instant after its end."""
        is_over = self.status is S.OPEN and self.expires_at <= now
        return S.EXPIRED if is_over else self.status
