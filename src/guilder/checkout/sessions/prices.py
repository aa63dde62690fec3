"""Prices: a checkout of one opens a cart for it, which stays only if it is handed over."""

from collections.abc import Collection, Mapping

from guilder import catalog
from guilder.checkout.carts import NewCart, Wanted
from guilder.db import Tx
from guilder.kernel import Problem

from .drafts import NewSession
from .session import Session


class SalePriceNamed(Problem, status=422):
    """A checkout names a list price. A sale that runs is asked by itself."""


class CartsLeftBehind(Exception):
    """Carts were opened for nothing: what was done since then is undone."""

    def __init__(self, problems: Mapping[int, Problem]) -> None:
        self.problems = problems


async def cart_of_price(tx: Tx, new: NewSession) -> NewCart:
    """The cart of so many of what a price is for."""
    if new.price_id is None:
        raise LookupError("a checkout is of a cart, or of a price")
    price = await catalog.price_by_id(tx, new.price_id)
    if price.kind is not catalog.PriceKind.LIST:
        raise SalePriceNamed
    return NewCart(
        currency=price.currency,
        customer_id=new.customer_id,
        email=new.email,
        shipping_address=new.shipping_address,
        billing_address=new.billing_address,
        promotion_codes=new.promotion_codes,
        lines=[Wanted(variant_id=price.variant_id, quantity=new.quantity)],
    )


def leave_no_cart_behind(
    outcomes: Mapping[int, Session | Problem], of_prices: Collection[int]
) -> None:
    """Go on only if each of these was handed over."""
    problems = {place: one for place in of_prices if isinstance(one := outcomes[place], Problem)}
    if problems:
        raise CartsLeftBehind(problems)
