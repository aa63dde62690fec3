"""Carts as they are shown: with their totals as they are now, and a word on each code."""

from collections.abc import Sequence

from guilder.db import Tx
from guilder.kernel import AmountTooLarge, Problem

from .cart import FilledCart
from .codes import codes_of
from .pricing import price_carts
from .shelf import Shelf
from .views import CartView, show


async def shown_carts(tx: Tx, shelf: Shelf, carts: Sequence[FilledCart]) -> list[CartView]:
    """Carts with their totals. One whose prices rose too high is shown without, to be mended."""
    priced, desk = await price_carts(tx, shelf, carts)
    codes = await codes_of(tx, priced, desk)
    return [show(each, standing) for each, standing in zip(priced, codes, strict=True)]


async def shown_cart(tx: Tx, cart: FilledCart) -> CartView:
    """One cart with its totals."""
    (found,) = await shown_carts(tx, Shelf(tx), [cart])
    return found


async def shown_filled(
    tx: Tx, shelf: Shelf, outcomes: Sequence[FilledCart | Problem]
) -> list[CartView | Problem]:
    """Carts into which something came: it is not let in where they cost too much by it."""
    views = await shown_carts(
        tx, shelf, [each for each in outcomes if isinstance(each, FilledCart)]
    )
    if any(view.amount_problem for view in views):
        raise AmountTooLarge
    found = iter(views)
    return [each if isinstance(each, Problem) else next(found) for each in outcomes]


async def shown_fuller(tx: Tx, cart: FilledCart) -> CartView:
    """One cart into which something came."""
    found = await shown_cart(tx, cart)
    if found.amount_problem:
        raise AmountTooLarge
    return found
