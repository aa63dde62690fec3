"""The carts API: opened, filled, changed, merged; with totals on every answer."""

from collections.abc import Sequence

import msgspec

from guilder.checkout.promotions import PromotionNotFound
from guilder.checkout.shipping import ShippingOptionNotFound
from guilder.checkout.taxes import VatNumberNotValid
from guilder.customers import CustomerId, CustomerNotFound
from guilder.db import Tx
from guilder.http import Asked, Listing, Page, delete, get, patch, post
from guilder.kernel import AmountTooLarge, CurrencyNotKnown, Problem

from .cart import CartId, CartLineId, CartStatus, filled
from .carts import (
    CartClosed,
    CartExpiryNotInFuture,
    CartNotFound,
    cart_by_id,
    change_cart,
    newest_carts,
    open_carts,
)
from .filling import (
    CurrenciesDiffer,
    SameCart,
    TooManyCodes,
    add_lines,
    change_line,
    merge_carts,
    remove_line,
)
from .lines import (
    CartLineNotFound,
    TooManyLines,
    TooManyPieces,
    TooMuchMetadata,
    lines_of_carts,
)
from .shelf import Shelf, VariantNotSold
from .shown import shown_cart, shown_carts, shown_filled, shown_fuller
from .views import (
    CartBody,
    CartChange,
    CartView,
    LineChange,
    LinesBody,
    MergeBody,
)

CART_PROBLEMS = (
    CustomerNotFound,
    ShippingOptionNotFound,
    PromotionNotFound,
    VatNumberNotValid,
    CartExpiryNotInFuture,
)
LIMITS = (TooManyLines, TooManyPieces, TooMuchMetadata, AmountTooLarge)
LINE_PROBLEMS = (VariantNotSold, *LIMITS)


class OfCart(msgspec.Struct, frozen=True):
    """Which cart."""

    cart_id: CartId


@post("/v1/carts", "checkout:write", problems=(CurrencyNotKnown, *CART_PROBLEMS, *LINE_PROBLEMS))
async def create_cart(tx: Tx, asked: Sequence[Asked[CartBody, None]]) -> list[CartView | Problem]:
    """Open a cart. Its currency is fixed from now on."""
    shelf = Shelf(tx)
    opened = await open_carts(tx, shelf, [one.body.asked() for one in asked])
    return await shown_filled(tx, shelf, opened)


@get("/v1/carts", "checkout:read")
async def list_carts(
    tx: Tx, page: Page, *, status: CartStatus | None = None, customer_id: CustomerId | None = None
) -> Listing[CartView]:
    """List carts, newest first."""
    found = await newest_carts(
        tx,
        tenant_id=tx.tenant_id,
        status=status,
        customer_id=customer_id,
        before=page.after(CartId),
        most=page.most,
    )
    lines = await lines_of_carts(tx, tenant_id=tx.tenant_id, cart_ids=[cart.id for cart in found])
    carts = await shown_carts(tx, Shelf(tx), filled(found, lines))
    return page.listing(carts, at=lambda each: each.id, show=lambda each: each)


@get("/v1/carts/{cart_id}", "checkout:read", problems=(CartNotFound,))
async def show_cart(tx: Tx, cart_id: CartId) -> CartView:
    """Look at one cart, with its totals as they are now."""
    return await shown_cart(tx, await cart_by_id(tx, cart_id))


@patch("/v1/carts/{cart_id}", "checkout:write", problems=(CartNotFound, CartClosed, *CART_PROBLEMS))
async def update_cart(tx: Tx, cart_id: CartId, body: CartChange) -> CartView:
    """Say who buys, where it goes to, how it travels, and which promotions to use."""
    return await shown_cart(tx, await change_cart(tx, cart_id, body.changes()))


@post(
    "/v1/carts/{cart_id}/lines",
    "checkout:write",
    problems=(CartNotFound, CartClosed, *LINE_PROBLEMS),
)
async def add_cart_lines(
    tx: Tx, asked: Sequence[Asked[LinesBody, OfCart]]
) -> list[CartView | Problem]:
    """Put one variant into a cart, or several. More of what is in it is added to its line."""
    shelf = Shelf(tx)
    more = [one.body.more(one.path.cart_id) for one in asked]
    return await shown_filled(tx, shelf, await add_lines(tx, shelf, more))


@patch(
    "/v1/carts/{cart_id}/lines/{line_id}",
    "checkout:write",
    problems=(CartNotFound, CartClosed, CartLineNotFound, AmountTooLarge),
)
async def update_cart_line(
    tx: Tx, cart_id: CartId, line_id: CartLineId, *, body: LineChange
) -> CartView:
    """Have another number of a line, or other metadata."""
    is_more = await change_line(
        tx, cart_id, line_id, quantity=body.quantity, metadata=body.metadata
    )
    show_it = shown_fuller if is_more else shown_cart
    return await show_it(tx, await cart_by_id(tx, cart_id))


@delete(
    "/v1/carts/{cart_id}/lines/{line_id}",
    "checkout:write",
    problems=(CartNotFound, CartClosed, CartLineNotFound),
)
async def remove_cart_line(tx: Tx, cart_id: CartId, line_id: CartLineId) -> CartView:
    """Take a line out of a cart."""
    await remove_line(tx, cart_id, line_id)
    return await shown_cart(tx, await cart_by_id(tx, cart_id))


@post(
    "/v1/carts/{cart_id}/merges",
    "checkout:write",
    problems=(CartNotFound, CartClosed, CurrenciesDiffer, SameCart, TooManyCodes, *LIMITS),
)
async def merge_cart(tx: Tx, cart_id: CartId, body: MergeBody) -> CartView:
    """Pour another cart into this one, as when its buyer signs in."""
    return await shown_fuller(tx, await merge_carts(tx, cart_id, body.cart_id))


ENDPOINTS = (
    create_cart,
    list_carts,
    show_cart,
    update_cart,
    add_cart_lines,
    update_cart_line,
    remove_cart_line,
    merge_cart,
)
