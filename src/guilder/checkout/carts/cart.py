"""The cart: what a buyer is about to buy, in the one currency that it was opened in."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.catalog import VariantId
from guilder.checkout.shipping import ShippingOptionId
from guilder.customers import Address, CustomerId
from guilder.kernel import Currency, Fact, Lifecycle, Move

CartId = NewType("CartId", UUID)
CartLineId = NewType("CartLineId", UUID)


class CartStatus(StrEnum):
    """What became of a cart."""

    OPEN = auto()
    ORDERED = auto()
    MERGED = auto()
    EXPIRED = auto()


class CartLife(Lifecycle, column="checkout.cart.status"):
    """Filled, and then ordered, merged or left behind. A late payment still orders."""

    order = Move(CartStatus.OPEN, CartStatus.EXPIRED, to=CartStatus.ORDERED)
    merge = Move(CartStatus.OPEN, to=CartStatus.MERGED)
    expire = Move(CartStatus.OPEN, to=CartStatus.EXPIRED)


class Cart(msgspec.Struct, frozen=True):
    """A cart, without its lines."""

    id: CartId
    currency: Currency
    customer_id: CustomerId | None
    email: str | None
    status: CartStatus
    shipping_address: Address | None
    billing_address: Address | None
    shipping_option_id: ShippingOptionId | None
    vat_number: str | None
    promotion_codes: list[str]
    metadata: dict[str, Any]
    merged_into: CartId | None
    abandoned_at: datetime | None
    expires_at: datetime
    created_by: str
    created_at: datetime
    updated_at: datetime


class CartLine(msgspec.Struct, frozen=True):
    """A number of one variant in a cart."""

    id: CartLineId
    cart_id: CartId
    variant_id: VariantId
    quantity: int
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class FilledCart(msgspec.Struct, frozen=True):
    """A cart with its lines, in the order in which they came."""

    cart: Cart
    lines: list[CartLine]


def filled(carts: Iterable[Cart], lines: Iterable[CartLine]) -> list[FilledCart]:
    """Carts, each with those of the lines that are in it."""
    by_cart: dict[CartId, list[CartLine]] = {}
    for line in lines:
        by_cart.setdefault(line.cart_id, []).append(line)
    return [FilledCart(cart, by_cart.get(cart.id, [])) for cart in carts]


class CartLeft(msgspec.Struct, frozen=True, kw_only=True):
    """A cart that somebody filled and left."""

    id: CartId
    customer_id: CustomerId | None
    email: str | None
    currency: Currency
    lines: list[CartLine]
    created_at: datetime
    updated_at: datetime


def left_behind(cart: Cart, lines: list[CartLine]) -> CartLeft:
    """What is told of a cart and its lines."""
    return CartLeft(
        id=cart.id,
        customer_id=cart.customer_id,
        email=cart.email,
        currency=cart.currency,
        lines=lines,
        created_at=cart.created_at,
        updated_at=cart.updated_at,
    )


class CartAbandoned(Fact, frozen=True):
    """A cart with lines was not touched for as long as the tenant's settings say. Told once."""

    name: ClassVar[str] = "cart.abandoned"
    data: CartLeft


class CartMerged(Fact, frozen=True):
    """A cart was poured into another, and is closed."""

    name: ClassVar[str] = "cart.merged"
    data: CartLeft


class CartExpired(Fact, frozen=True):
    """A cart has come to its end without an order."""

    name: ClassVar[str] = "cart.expired"
    data: CartLeft
