"""The draft: a cart as it will be handed over, judged but not yet written. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from guilder.catalog import Holding, PriceId, VariantId
from guilder.checkout.carts import Cart, CartId, PricedCart, PricedLine, VariantNotSold
from guilder.checkout.desk import Desk, settings_of
from guilder.checkout.promotions import PromotionId, Use
from guilder.checkout.totals import Totals
from guilder.customers import Address, Customer, CustomerId, CustomerNotFound
from guilder.kernel import AmountTooLarge, Problem

from .canonical import MOST_PORTABLE, is_portable
from .keys import SigningKeyId
from .session import (
    Buyer,
    CheckoutId,
    OrderId,
    Session,
    SessionStatus,
    Snapshot,
    SnapshotLine,
    SnapshotShipping,
)

LONGEST: Final = timedelta(days=1)
"""How long a handoff may be good for."""


class CartEmpty(Problem, status=422):
    """There is nothing in this cart."""


class CheckoutExpiryNotValid(Problem, status=422):
    """A checkout expires in the future, and within a day."""


class MetadataNotPortable(Problem, status=422):
    """A number in this line's metadata is beyond 2^53, so not everybody can check its hash."""

    variant_id: VariantId
    maximum: int = MOST_PORTABLE


class NewSession(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be handed over: a cart, or so many of what a price is for."""

    cart_id: CartId | None = None
    price_id: PriceId | None = None
    quantity: int = 1
    customer_id: CustomerId | None = None
    email: str | None = None
    name: str | None = None
    phone: str | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    promotion_codes: list[str] = []
    success_url: str | None = None
    cancel_url: str | None = None
    metadata: dict[str, Any] = {}
    expires_at: datetime | None = None


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A cart with what it costs now, ready to be handed over."""

    place: int
    asked: NewSession
    cart: Cart
    snapshot: Snapshot
    session_id: CheckoutId
    order_id: OrderId
    now: datetime
    expires_at: datetime
    customer: Customer | None

    @property
    def customer_id(self) -> CustomerId | None:
        return self.customer.id if self.customer else None

    @property
    def email(self) -> str | None:
        known = self.customer.email if self.customer else None
        return self.asked.email or self.cart.email or known

    @property
    def use(self) -> Use:
        """The promotions that it takes a use of, and whose use that is."""
        buyer = str(self.customer_id) if self.customer_id else None
        if buyer is None and self.email:
            buyer = hashlib.sha256(self.email.strip().casefold().encode()).hexdigest()
        found = [PromotionId(one.promotion_id) for one in self.snapshot.discounts]
        return Use(holder_id=self.session_id, promotion_ids=found, buyer=buyer)

    @property
    def holding(self) -> Holding:
        """What is to be kept in stock for it."""
        return holding_of(self.session_id, self.expires_at, self.snapshot)

    @property
    def buyer(self) -> Buyer:
        """Who buys, as told now or before, or else as the tenant knows them."""
        known = self.customer
        return Buyer(
            email=self.email,
            name=self.asked.name or (known.name if known else None),
            phone=self.asked.phone or (known.phone if known else None),
            shipping_address=self.asked.shipping_address or self.cart.shipping_address,
            billing_address=self.asked.billing_address or self.cart.billing_address,
            vat_number=self.cart.vat_number,
        )

    def session(self, *, snapshot_hash: str, key_id: SigningKeyId, token: str, by: str) -> Session:
        """The handoff, signed, as it is written down."""
        return Session(
            id=self.session_id,
            cart_id=self.cart.id,
            order_id=self.order_id,
            customer_id=self.customer_id,
            price_id=self.asked.price_id,
            status=SessionStatus.OPEN,
            currency=self.snapshot.currency,
            total_minor=self.snapshot.total_minor,
            snapshot=self.snapshot,
            snapshot_hash=snapshot_hash,
            buyer=self.buyer,
            told=None,
            key_id=key_id,
            token=token,
            success_url=self.asked.success_url,
            cancel_url=self.asked.cancel_url,
            metadata=self.asked.metadata,
            payment_id=None,
            declines=0,
            created_by=by,
            expires_at=self.expires_at,
            completed_at=None,
            created_at=self.now,
            updated_at=self.now,
        )


def draft(
    place: int,
    asked: NewSession,
    priced: PricedCart,
    *,
    desk: Desk,
    customers: Mapping[CustomerId, Customer],
    ids: tuple[CheckoutId, OrderId],
) -> Draft:
    """Judge what was asked for, and say how it will be handed over."""
    if asked.customer_id is not None and asked.customer_id not in customers:
        raise CustomerNotFound
    settings = settings_of(desk)
    expires_at = asked.expires_at or desk.now + timedelta(minutes=settings.checkout_minutes)
    own = priced.cart.customer_id
    customer_id = asked.customer_id or (own if own in customers else None)
    if not desk.now < expires_at <= desk.now + LONGEST:
        raise CheckoutExpiryNotValid
    return Draft(
        place=place,
        asked=asked,
        cart=priced.cart,
        snapshot=_snapshot(priced, max_refunds=settings.max_refunds),
        session_id=ids[0],
        order_id=ids[1],
        now=desk.now,
        expires_at=expires_at,
        customer=customers.get(customer_id) if customer_id else None,
    )


def holding_of(holder_id: CheckoutId, expires_at: datetime, snapshot: Snapshot) -> Holding:
    """How many of which variants a snapshot sells."""
    items: dict[VariantId, int] = {}
    for line in snapshot.lines:
        items[line.variant_id] = items.get(line.variant_id, 0) + line.quantity
    return Holding(holder_id, expires_at, items)


def _snapshot(priced: PricedCart, *, max_refunds: int) -> Snapshot:
    sums = priced.totals
    if sums is None:
        raise AmountTooLarge
    return Snapshot(
        currency=priced.cart.currency,
        lines=[_line(line, currency=priced.cart.currency) for line in priced.lines],
        shipping=_shipping(priced, sums),
        subtotal_minor=sums.subtotal_minor,
        discount_minor=sums.discount_minor,
        shipping_minor=sums.shipping_minor,
        tax_minor=sums.tax_minor,
        total_minor=sums.total_minor,
        discounts=sums.discounts,
        taxes=sums.taxes,
        is_reverse_charge=sums.is_reverse_charge,
        max_refunds=max_refunds,
    )


def _line(priced: PricedLine, *, currency: str) -> SnapshotLine:
    line, offer, sums = priced.line, priced.offer, priced.totals
    if offer is None or sums is None or offer.unit_amount_decimal is None:
        raise VariantNotSold(variant_id=line.variant_id, currency=currency)
    if not is_portable(line.metadata):
        raise MetadataNotPortable(variant_id=line.variant_id)
    return SnapshotLine(
        variant_id=line.variant_id,
        product_id=offer.product_id,
        product_name=offer.product_name,
        variant_name=offer.variant_name,
        sku=offer.sku,
        image=offer.image,
        quantity=line.quantity,
        unit_amount_decimal=offer.unit_amount_decimal,
        subtotal_minor=sums.subtotal_minor,
        discount_minor=sums.discount_minor,
        tax_minor=sums.tax_minor,
        total_minor=sums.total_minor,
        taxes=sums.taxes,
        metadata=line.metadata,
    )


def _shipping(priced: PricedCart, sums: Totals) -> SnapshotShipping | None:
    if sums.shipping is None or priced.way is None:
        return None
    return SnapshotShipping(
        option_id=priced.way.id,
        name=priced.way.name,
        amount_minor=sums.shipping.subtotal_minor,
        tax_minor=sums.shipping.tax_minor,
        total_minor=sums.shipping.total_minor,
        taxes=sums.shipping.taxes,
    )
