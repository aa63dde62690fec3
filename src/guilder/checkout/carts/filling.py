"""Filling carts: lines come in, change and go, and one cart is poured into another."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from guilder.checkout.limits import MOST_CODES
from guilder.db import Tx, sql
from guilder.kernel import MOST_KEYS, Currency, Problem, TenantId

from .cart import (
    Cart,
    CartId,
    CartLife,
    CartLine,
    CartLineId,
    CartMerged,
    FilledCart,
    filled,
    left_behind,
)
from .carts import (
    cart_by_id,
    locked_cart,
    locked_with_lines,
    save_cart,
)
from .lines import (
    CartLineNotFound,
    TooMuchMetadata,
    Wanted,
    delete_line,
    put_lines,
    summed,
    too_much,
    update_line,
)
from .shelf import Shelf


class CurrenciesDiffer(Problem, status=409):
    """The carts are in different currencies, which never mix."""

    currency: Currency
    other_currency: Currency


class TooManyCodes(Problem, status=422):
    """A cart has at most so many promotion codes, and both carts together would have more."""

    maximum: int = MOST_CODES


class SameCart(Problem, status=422):
    """A cart is not merged into itself."""


class MoreLines(msgspec.Struct, frozen=True):
    """What shall be added to a cart."""

    cart_id: CartId
    lines: list[Wanted]


async def add_lines(tx: Tx, shelf: Shelf, asked: Sequence[MoreLines]) -> list[FilledCart | Problem]:
    """Add lines to carts. What is wrong with one is nothing to the others."""
    cart_ids = list(dict.fromkeys(more.cart_id for more in asked))
    carts = dict(zip(cart_ids, await locked_with_lines(tx, cart_ids), strict=True))
    await shelf.fetch(
        (line.variant_id, held.cart.currency)
        for more in asked
        if isinstance(held := carts[more.cart_id], FilledCart)
        for line in more.lines
    )
    there = {
        cart_id: list(map(_as_wanted, held.lines))
        for cart_id, held in carts.items()
        if isinstance(held, FilledCart)
    }
    problems = [_judge(more, carts[more.cart_id], there, shelf=shelf) for more in asked]
    sound = [more for more, wrong in zip(asked, problems, strict=True) if wrong is None]
    after = await _put(tx, sound, carts)
    return [wrong or after[more.cart_id] for more, wrong in zip(asked, problems, strict=True)]


async def change_line(
    tx: Tx,
    cart_id: CartId,
    line_id: CartLineId,
    *,
    quantity: int | UnsetType = UNSET,
    metadata: dict[str, Any] | UnsetType = UNSET,
) -> bool:
    """Have another number of a line; none takes it out. Answers whether it is more than before."""
    if quantity == 0:
        await remove_line(tx, cart_id, line_id)
        return False
    (held,) = await _held(tx, cart_id)
    before = next((line for line in held.lines if line.id == line_id), None)
    if before is None:
        raise CartLineNotFound
    wanted = before.quantity if quantity is UNSET else quantity
    await update_line(
        tx,
        tenant_id=tx.tenant_id,
        cart_id=cart_id,
        line_id=line_id,
        quantity=wanted,
        metadata=before.metadata if metadata is UNSET else metadata,
    )
    await _touch(tx, [held.cart])
    return wanted > before.quantity


async def remove_line(tx: Tx, cart_id: CartId, line_id: CartLineId) -> None:
    """Take a line out of a cart."""
    cart = await locked_cart(tx, cart_id)
    gone = await delete_line(tx, tenant_id=tx.tenant_id, cart_id=cart_id, line_id=line_id)
    if gone is None:
        raise CartLineNotFound
    await _touch(tx, [cart])


async def merge_carts(tx: Tx, cart_id: CartId, other_id: CartId) -> FilledCart:
    """Pour another cart into this one, as when its buyer signs in. The other is then closed.

    Where both together are beyond a limit nothing is poured, since something would be lost.
    """
    if cart_id == other_id:
        raise SameCart
    here, there = await _held(tx, cart_id, other_id)
    cart, other = here.cart, there.cart
    if cart.currency != other.currency:
        raise CurrenciesDiffer(currency=cart.currency, other_currency=other.currency)
    lines = list(map(_as_wanted, there.lines))
    if too_many := too_much(summed([*map(_as_wanted, here.lines), *lines])):
        raise too_many
    both = _with_what_is_missing(cart, other)
    if len(both.promotion_codes) > MOST_CODES:
        raise TooManyCodes
    if len(both.metadata) > MOST_KEYS:
        raise TooMuchMetadata
    await put_lines(tx, [(cart_id, line) for line in lines])
    await save_cart(tx, both)
    closed = replace(other, status=CartLife.merge(other.status), merged_into=cart_id)
    await save_cart(tx, closed)
    tx.emit(CartMerged(other_id, left_behind(closed, there.lines)))
    return await cart_by_id(tx, cart_id)


async def _held(tx: Tx, *cart_ids: CartId) -> list[FilledCart]:
    found = []
    for each in await locked_with_lines(tx, cart_ids):
        if isinstance(each, Problem):
            raise each
        found.append(each)
    return found


def _with_what_is_missing(cart: Cart, other: Cart) -> Cart:
    """What the buyer told the other cart stays told; what both know, this one knows better."""
    return replace(
        cart,
        customer_id=cart.customer_id or other.customer_id,
        email=cart.email or other.email,
        shipping_address=cart.shipping_address or other.shipping_address,
        billing_address=cart.billing_address or other.billing_address,
        shipping_option_id=cart.shipping_option_id or other.shipping_option_id,
        vat_number=cart.vat_number or other.vat_number,
        promotion_codes=list(dict.fromkeys([*cart.promotion_codes, *other.promotion_codes])),
        metadata=other.metadata | cart.metadata,
    )


def _judge(
    more: MoreLines,
    held: FilledCart | Problem,
    there: dict[CartId, list[Wanted]],
    *,
    shelf: Shelf,
) -> Problem | None:
    """What is wrong with these lines. What is not counts for those that follow."""
    if isinstance(held, Problem):
        return held
    cart = held.cart
    try:
        for line in more.lines:
            shelf.sold(line.variant_id, cart.currency)
    except Problem as problem:
        return problem
    after = summed([*there[cart.id], *more.lines])
    too_many = too_much(after)
    if too_many is None:
        there[cart.id] = after
    return too_many


async def _put(
    tx: Tx, sound: Sequence[MoreLines], carts: Mapping[CartId, FilledCart | Problem]
) -> dict[CartId, FilledCart]:
    """Write the lines; answers the carts as they are then."""
    by_cart: dict[CartId, list[Wanted]] = {}
    for more in sound:
        by_cart.setdefault(more.cart_id, []).extend(more.lines)
    if not by_cart:
        return {}
    wanted = [(cart, line) for cart, lines in by_cart.items() for line in summed(lines)]
    put = await put_lines(tx, wanted)
    before = [held for each in by_cart if isinstance(held := carts[each], FilledCart)]
    after = filled(await _touch(tx, [held.cart for held in before]), put)
    return {new.cart.id: _with(old, new) for old, new in zip(before, after, strict=True)}


async def _touch(tx: Tx, carts: Sequence[Cart]) -> list[Cart]:
    """Carts that were touched are not abandoned; one that was counts as new from now on."""
    ids = [cart.id for cart in carts]
    touched = {cart.id: cart for cart in await touch_carts(tx, tenant_id=tx.tenant_id, ids=ids)}
    return [touched[cart.id] for cart in carts]


def _with(before: FilledCart, put: FilledCart) -> FilledCart:
    lines = {line.id: line for line in (*before.lines, *put.lines)}
    return FilledCart(put.cart, sorted(lines.values(), key=lambda line: line.id))


def _as_wanted(line: CartLine) -> Wanted:
    return Wanted(variant_id=line.variant_id, quantity=line.quantity, metadata=line.metadata)


@sql
async def touch_carts(tx: Tx, *, tenant_id: TenantId, ids: list[CartId]) -> list[Cart]: ...
