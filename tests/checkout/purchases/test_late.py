"""A payment that succeeds when its checkout is over is not lost: an order, or the money back."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from guilder import catalog
from tests.checkout.buying import (
    Shown,
    agreed,
    checkout_of,
    good,
    handed_over,
    line,
    opened,
    over,
    pay,
    seen,
    soon,
)
from tests.checkout.purchases.aftermath import (
    expired,
    orders_of,
    relayed,
    statuses_of,
    waiting,
)
from tests.checkout.shop import Product, Shop
from tests.http.documents import problem


async def late(shop: Shop, api: httpx.AsyncClient, vase: Product) -> tuple[Shown, Shown]:
    """A purchase that was begun in time, and whose checkout is over and closed."""
    end = await soon(shop)
    checkout = await checkout_of(api, line(vase), expires_at=end.isoformat())
    underway = await waiting(api, checkout)
    await over(shop, checkout)
    await expired(shop)
    assert (await shop.stock(vase)).reserved == 0
    return checkout, underway


async def test_a_late_success_is_an_order_where_there_is_enough(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=1)
    checkout, underway = await late(shop, api, vase)

    await agreed(api, underway["next_action_url"])

    (order,) = await orders_of(api)
    assert order["checkout_id"] == checkout["id"]
    shown = await seen(api, checkout)
    assert (shown["status"], shown["order_id"]) == ("expired", order["id"])
    assert good(await api.get("/v1/checkouts"), 200)["data"] == [shown]
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (0, 0)
    assert await shop.facts(order["id"]) == ["order.placed"]
    assert await shop.facts(checkout["id"]) == ["checkout.expired"]


async def test_a_late_success_is_given_back_where_there_is_not_enough(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=1)
    checkout, underway = await late(shop, api, vase)
    good(await pay(api, await checkout_of(api, line(vase))))

    await agreed(api, underway["next_action_url"])
    await shop.till.work()
    await relayed(shop)
    await shop.till.work()

    assert len(await orders_of(api)) == 1
    assert await statuses_of(api) == ["refunded", "succeeded"]
    assert await shop.facts(checkout["id"]) == ["checkout.expired", "checkout.refunded"]
    assert (await seen(api, checkout))["order_id"] is None
    assert (await shop.stock(vase)).on_hand == 0
    assert (await shop.till.check()).agrees


@pytest.mark.parametrize("cart", ["the same", "another"])
async def test_a_late_success_beside_a_newer_checkout(
    shop: Shop, api: httpx.AsyncClient, cart: str
) -> None:
    """One cart becomes one order: who paid for it twice has the second payment back."""
    end = await soon(shop)
    vase = await shop.product("10.00", stock=5)
    first, other = await opened(api, line(vase)), await opened(api, line(vase))
    checkout = await handed_over(api, first, expires_at=end.isoformat())
    underway = await waiting(api, checkout)
    await over(shop, checkout)
    await expired(shop)

    newer = await handed_over(api, first if cart == "the same" else other)
    good(await pay(api, newer))
    await agreed(api, underway["next_action_url"])
    await shop.till.work()

    wanted: Sequence[Any] = (
        (["refunded", "succeeded"], 1) if cart == "the same" else (["succeeded", "succeeded"], 2)
    )
    assert (await statuses_of(api), len(await orders_of(api))) == tuple(wanted)


async def test_a_late_success_closes_a_newer_checkout_of_its_cart(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    end, vase = await soon(shop), await shop.product("10.00", stock=5)
    cart = await opened(api, line(vase))
    checkout = await handed_over(api, cart, expires_at=end.isoformat())
    underway = await waiting(api, checkout)
    await over(shop, checkout)
    await expired(shop)
    newer = await handed_over(api, cart)

    await agreed(api, underway["next_action_url"])

    assert (await seen(api, newer))["status"] == "expired"
    problem(await pay(api, newer), 409, "checkout_closed")
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (4, 0)


async def test_what_was_given_back_is_not_ordered_when_there_is_enough_again(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """The relay hears of the success too, and of no reason to do anything."""
    vase = await shop.product("10.00", stock=1)
    checkout, underway = await late(shop, api, vase)
    good(await pay(api, await checkout_of(api, line(vase))))
    await agreed(api, underway["next_action_url"])
    await shop.world.do(lambda tx: catalog.restock(tx, {vase.variant_id: 5}, reference="found"))

    await relayed(shop)
    await shop.till.work()

    assert len(await orders_of(api)) == 1
    assert await statuses_of(api) == ["refunded", "succeeded"]
    assert (await shop.stock(vase)).on_hand == 5
    assert (await seen(api, checkout))["status"] == "expired"
