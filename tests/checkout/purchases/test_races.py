"""Two at one checkout: who comes second sees what the first has done, and nothing is done twice."""

from collections.abc import Callable
from typing import Any

import pytest

from guilder.checkout.purchases.purchases import NewPurchase, purchase
from guilder.checkout.sessions import NewSession, Session, open_sessions
from guilder.checkout.sessions.cancellations import call_off
from guilder.kernel import Problem
from tests.checkout.shop import Shop
from tests.payments.till import VISA
from tests.race import race
from tests.world import World

Verb = Callable[[Any], Any]


def paying(world: World, session: Session) -> Verb:
    new = NewPurchase(checkout_id=session.id, payment_method=VISA)
    return lambda tx: purchase(tx, world.system.numbers, [new])


def calling_off(_: World, session: Session) -> Verb:
    return lambda tx: call_off(tx, session.id)


def handing_over(world: World, session: Session) -> Verb:
    return lambda tx: open_sessions(tx, world.system.signers, [NewSession(cart_id=session.cart_id)])


def told(outcome: Any) -> str:
    """What came of it, in one word."""
    (one,) = outcome if isinstance(outcome, list) else [outcome]
    if isinstance(one, Problem):
        return one.code
    return str(one.status) if isinstance(one, Session) else "order"


@pytest.mark.parametrize(
    ("first", "second", "outcomes", "reserved"),
    [
        (paying, paying, ["order", "order"], 0),
        (paying, calling_off, ["order", "completed"], 0),
        (calling_off, paying, ["expired", "checkout_closed"], 0),
        (paying, handing_over, ["order", "cart_closed"], 0),
        (handing_over, paying, ["open", "checkout_closed"], 2),
        (handing_over, handing_over, ["open", "open"], 2),
        (calling_off, calling_off, ["expired", "expired"], 0),
    ],
)
async def test_who_comes_second_sees_what_the_first_has_done(
    shop: Shop,
    first: Callable[[World, Session], Verb],
    second: Callable[[World, Session], Verb],
    *,
    outcomes: list[str],
    reserved: int,
) -> None:
    vase = await shop.product("10.00", stock=5)
    session = await shop.checkout(await shop.cart((vase, 2)))

    found = await race(shop.world, first(shop.world, session), second(shop.world, session))

    assert [told(each) for each in found] == outcomes
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (3 if "order" in outcomes else 5, reserved)
    taken = await shop.till.balances()
    assert taken.get("gateway/sandbox", "0.00") == ("20.00" if "order" in outcomes else "0.00")
