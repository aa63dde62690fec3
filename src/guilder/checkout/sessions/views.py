"""What callers see of checkouts, and what they send to ask for one."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.catalog import PriceId, VariantId
from guilder.checkout.carts import CartId
from guilder.checkout.carts.views import (
    Code,
    Codes,
    DiscountView,
    Email,
    Minor,
    TaxView,
    amounts,
    show_discount,
    show_tax,
)
from guilder.checkout.fields import Instant, UnitAmount, Url, written
from guilder.checkout.limits import MOST_PIECES
from guilder.customers import Address, CustomerId
from guilder.kernel import Metadata, Problem
from guilder.payments import PaymentId

from .drafts import NewSession
from .session import (
    Buyer,
    CheckoutId,
    OrderId,
    Session,
    SessionStatus,
    SnapshotLine,
)

Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Ada Lovelace"])]
Phone = Annotated[str, Meta(max_length=40, examples=["+31 20 123 4567"])]


SOLD_AS: Final = {
    "variant_id": "variant_id",
    "product_id": "product_id",
    "name": "product_name",
    "variant_name": "variant_name",
    "sku": "sku",
    "image": "image",
    "quantity": "quantity",
    "unit_amount_decimal": "unit_amount_decimal",
    "amount_subtotal": "subtotal_minor",
    "amount_discount": "discount_minor",
    "amount_tax": "tax_minor",
    "amount_total": "total_minor",
    "taxes": "taxes",
}
"""What callers know the fields of a sold line as."""


class NothingToBuy(Problem, status=422):
    """A checkout is of a cart, or of a price: name one of the two."""


class OfCheckout(msgspec.Struct, frozen=True):
    """Which checkout."""

    checkout_id: CheckoutId


class OnlyForPrices(Problem, status=422):
    """A cart has its quantities and promotion codes: a checkout names them beside a price only."""


class CheckoutBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cart, or so many of what a price is for."""

    cart_id: CartId | None = None
    price_id: PriceId | None = None
    quantity: Annotated[int, Meta(ge=1, le=MOST_PIECES)] = 1
    customer_id: CustomerId | None = None
    email: Email | None = None
    name: Name | None = None
    phone: Phone | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    promotion_codes: Codes = []
    success_url: Url | None = None
    cancel_url: Url | None = None
    metadata: Metadata = {}
    expires_at: Instant | None = None

    def asked(self) -> NewSession:
        """What is asked for."""
        return NewSession(**{name: getattr(self, name) for name in self.__struct_fields__})

    @property
    def fault(self) -> Problem | None:
        """What cannot be asked for together."""
        if (self.cart_id is None) == (self.price_id is None):
            return NothingToBuy()
        is_told_more = bool(self.promotion_codes) or self.quantity != 1
        return OnlyForPrices() if self.cart_id is not None and is_told_more else None


class SoldLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it is sold."""

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
    taxes: list[TaxView]
    metadata: Metadata


class CheckoutView(msgspec.Struct, frozen=True, kw_only=True):
    """A handoff, what it sells, and what became of it."""

    id: CheckoutId
    status: SessionStatus
    payment_url: str
    token: str
    keys_url: str
    cart_id: CartId
    order_id: OrderId | None
    payment_id: PaymentId | None
    price_id: PriceId | None
    customer_id: CustomerId | None
    buyer: Buyer | None
    currency: Code
    lines: list[SoldLineView]
    amount_subtotal: Minor
    amount_discount: Minor
    amount_shipping: Minor
    amount_tax: Minor
    amount_total: Minor
    shipping: str | None
    discounts: list[DiscountView]
    taxes: list[TaxView]
    is_reverse_charge: bool
    snapshot_hash: str
    success_url: str | None
    cancel_url: str | None
    metadata: dict[str, Any]
    created_by: str
    expires_at: datetime
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


def show(
    session: Session, *, public_url: str, tenant_id: UUID, now: datetime, is_ordered: bool
) -> CheckoutView:
    """A checkout as callers see it."""
    status = session.status_at(now)
    return CheckoutView(
        id=session.id,
        status=status,
        payment_url=session.payment_url(public_url),
        token=session.token,
        keys_url=f"{public_url}/.well-known/{tenant_id}/jwks.json",
        cart_id=session.cart_id,
        order_id=session.order_id if is_ordered else None,
        payment_id=session.payment_id,
        price_id=session.price_id,
        customer_id=session.customer_id,
        buyer=session.known_buyer,
        currency=session.currency,
        lines=[show_line(line) for line in session.snapshot.lines],
        **amounts(session.snapshot),
        shipping=session.snapshot.shipping.name if session.snapshot.shipping else None,
        discounts=[show_discount(one) for one in session.snapshot.discounts],
        taxes=[show_tax(one) for one in session.snapshot.taxes],
        is_reverse_charge=session.snapshot.is_reverse_charge,
        snapshot_hash=session.snapshot_hash,
        success_url=session.success_url,
        cancel_url=session.cancel_url,
        metadata=session.metadata,
        created_by=session.created_by,
        expires_at=session.expires_at,
        completed_at=session.completed_at,
        created_at=session.created_at,
        updated_at=session.updated_at,
    )


def show_line(line: SnapshotLine) -> SoldLineView:
    """A line as callers see it."""
    return SoldLineView(**sold_as(line), metadata=line.metadata)


def sold_as(line: msgspec.Struct) -> dict[str, Any]:
    """What a line of a snapshot or an order was sold as, under the names that callers know."""
    fields = {shown: getattr(line, held) for shown, held in SOLD_AS.items()}
    return fields | {
        "unit_amount_decimal": written(fields["unit_amount_decimal"]),
        "taxes": [show_tax(one) for one in fields["taxes"]],
    }
