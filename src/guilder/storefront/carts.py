"""Carts as buyers fill them. Whoever has a cart's id may, so nothing personal is shown of it."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.catalog import VariantId
from guilder.checkout import (
    MOST_LINES,
    MOST_PIECES,
    CartChanges,
    CartClosed,
    CartId,
    CartLineId,
    CartLineNotFound,
    CartNotFound,
    CartView,
    Code,
    Codes,
    Email,
    MoreLines,
    NewCart,
    PromotionNotFound,
    Quantity,
    Shelf,
    ShippingOptionId,
    ShippingOptionNotFound,
    TooManyLines,
    TooManyPieces,
    VariantNotSold,
    Wanted,
    add_lines,
    cart_by_id,
    change_cart,
    change_line,
    remove_line,
    shown_cart,
    shown_filled,
    shown_fuller,
)
from guilder.customers import Address
from guilder.db import Tx
from guilder.http import Asked, Caller, delete, get, patch, post
from guilder.identity import TooManyAttempts
from guilder.kernel import Actor, AmountTooLarge, Currency, CurrencyNotKnown, Problem

from .guesses import guessing, open_at_pace
from .views import BuyersCartView, show

FULLER = (VariantNotSold, TooManyLines, TooManyPieces, AmountTooLarge)


class BuyersLineBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of one variant."""

    variant_id: VariantId
    quantity: Quantity = 1

    def wanted(self) -> Wanted:
        """The same as the verbs have it."""
        return Wanted(variant_id=self.variant_id, quantity=self.quantity)


BuyersLines = Annotated[list[BuyersLineBody], Meta(max_length=MOST_LINES)]


class BuyersCartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which currency, and what is in it at once."""

    currency: Code
    lines: BuyersLines = []
    promotion_codes: Codes = []

    def asked(self) -> NewCart:
        """What is asked for."""
        return NewCart(
            currency=Currency(self.currency),
            lines=[line.wanted() for line in self.lines],
            promotion_codes=self.promotion_codes,
        )


class BuyersLinesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One variant, or several as `lines`."""

    variant_id: VariantId | None = None
    quantity: Quantity = 1
    lines: BuyersLines = []

    def more(self, cart_id: CartId) -> MoreLines:
        """What shall be added to which cart."""
        lines = [line.wanted() for line in self.lines]
        if self.variant_id is not None:
            lines.insert(0, Wanted(variant_id=self.variant_id, quantity=self.quantity))
        return MoreLines(cart_id, lines)


class BuyersCartChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null takes it away."""

    email: Email | UnsetType | None = UNSET
    shipping_address: Address | UnsetType | None = UNSET
    billing_address: Address | UnsetType | None = UNSET
    shipping_option_id: ShippingOptionId | UnsetType | None = UNSET
    promotion_codes: Codes | UnsetType = UNSET

    def changes(self) -> CartChanges:
        """What is asked for."""
        return CartChanges(**{name: getattr(self, name) for name in self.__struct_fields__})


class BuyersLineChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many there shall be; none takes the line out."""

    quantity: Annotated[int, Meta(ge=0, le=MOST_PIECES, examples=[3])]


class OfBuyersCart(msgspec.Struct, frozen=True):
    """Which cart."""

    cart_id: CartId


@post(
    "/v1/storefront/carts",
    "storefront:write",
    problems=(CurrencyNotKnown, PromotionNotFound, TooManyAttempts, *FULLER),
    is_for_browsers=True,
)
async def create_buyers_cart(
    tx: Tx, asked: Sequence[Asked[BuyersCartBody, None]]
) -> list[BuyersCartView | Problem]:
    """Open a cart. Its currency is fixed from now on; its id is all that it takes to fill it.

    Whoever guesses at codes has to wait.
    """
    shelf = Shelf(tx)
    opened = await open_at_pace(tx, shelf, [one.body.asked() for one in asked])
    return _show(await shown_filled(tx, shelf, opened))


@get(
    "/v1/storefront/carts/{cart_id}",
    "storefront:read",
    problems=(CartNotFound,),
    is_for_browsers=True,
)
async def show_buyers_cart(tx: Tx, cart_id: CartId) -> BuyersCartView:
    """Look at a cart, with its totals as they are now."""
    return show(await shown_cart(tx, await cart_by_id(tx, cart_id)))


@patch(
    "/v1/storefront/carts/{cart_id}",
    "storefront:write",
    problems=(
        CartNotFound,
        CartClosed,
        ShippingOptionNotFound,
        PromotionNotFound,
        TooManyAttempts,
    ),
    is_for_browsers=True,
)
async def update_buyers_cart(
    caller: Caller, cart_id: CartId, body: BuyersCartChange
) -> BuyersCartView:
    """Say who buys, where it goes to, how it travels, and which promotions to use.

    Whoever guesses at codes has to wait. What a cart has already is no guess.
    """

    async def change(tx: Tx, _: Actor) -> BuyersCartView:
        return show(await shown_cart(tx, await change_cart(tx, cart_id, body.changes())))

    if not body.promotion_codes or not await _is_guess(caller, cart_id, body.promotion_codes):
        return await caller.transact(change)
    address = caller.visit.address
    async with guessing(caller.pool, caller.tenant_id, cart_id, address=address):
        return await caller.transact(change)


async def _is_guess(caller: Caller, cart_id: CartId, codes: Sequence[str]) -> bool:
    """Whether a code is told that the cart does not have."""

    async def look(tx: Tx, _: Actor) -> list[str]:
        return (await cart_by_id(tx, cart_id)).cart.promotion_codes

    known = {code.casefold() for code in await caller.transact(look)}
    return not known.issuperset(code.casefold() for code in codes)


@post(
    "/v1/storefront/carts/{cart_id}/lines",
    "storefront:write",
    problems=(CartNotFound, CartClosed, *FULLER),
    is_for_browsers=True,
)
async def add_buyers_lines(
    tx: Tx, asked: Sequence[Asked[BuyersLinesBody, OfBuyersCart]]
) -> list[BuyersCartView | Problem]:
    """Put one variant into a cart, or several. More of what is in it is added to its line."""
    shelf = Shelf(tx)
    more = [one.body.more(one.path.cart_id) for one in asked]
    return _show(await shown_filled(tx, shelf, await add_lines(tx, shelf, more)))


@patch(
    "/v1/storefront/carts/{cart_id}/lines/{line_id}",
    "storefront:write",
    problems=(CartNotFound, CartClosed, CartLineNotFound, AmountTooLarge),
    is_for_browsers=True,
)
async def update_buyers_line(
    tx: Tx, cart_id: CartId, line_id: CartLineId, *, body: BuyersLineChange
) -> BuyersCartView:
    """Have another number of a line."""
    is_more = await change_line(tx, cart_id, line_id, quantity=body.quantity)
    show_it = shown_fuller if is_more else shown_cart
    return show(await show_it(tx, await cart_by_id(tx, cart_id)))


@delete(
    "/v1/storefront/carts/{cart_id}/lines/{line_id}",
    "storefront:write",
    problems=(CartNotFound, CartClosed, CartLineNotFound),
    is_for_browsers=True,
)
async def remove_buyers_line(tx: Tx, cart_id: CartId, line_id: CartLineId) -> BuyersCartView:
    """Take a line out of a cart."""
    await remove_line(tx, cart_id, line_id)
    return show(await shown_cart(tx, await cart_by_id(tx, cart_id)))


def _show(outcomes: Sequence[CartView | Problem]) -> list[BuyersCartView | Problem]:
    return [each if isinstance(each, Problem) else show(each) for each in outcomes]


ENDPOINTS = (
    create_buyers_cart,
    show_buyers_cart,
    update_buyers_cart,
    add_buyers_lines,
    update_buyers_line,
    remove_buyers_line,
)
