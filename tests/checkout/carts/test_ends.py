"""The ends of carts: one that is left is told about once, one whose time is over is closed."""

from datetime import datetime, timedelta

import httpx
import pytest

from guilder.checkout.carts.ends import MOST_AT_ONCE, LookAtCarts, look_at_carts
from tests.checkout.buying import (
    Shown,
    added,
    changed,
    good,
    line,
    looked_at,
    opened,
    over,
    soon,
)
from tests.checkout.shop import Shop
from tests.http.documents import problem

LEFT = "update checkout.cart set updated_at = now() - interval '61 minutes' where id = $1"
OVER = "update checkout.cart set expires_at = now() - interval '1 second' where id = $1"
MANY = """
    insert into checkout.cart (tenant_id, currency, expires_at, created_by, updated_at)
    select $1, 'EUR', now() - $2::interval, 'a test', now() - $3::interval
    from generate_series(1, $4) as number
"""
UNTOUCHED = """
    select count(*) from checkout.cart
    where tenant_id = $1 and status = 'open' and abandoned_at is null
"""


async def look(shop: Shop) -> None:
    """The job is done twice, as any job may be."""
    for _ in range(2):
        await shop.world.do(lambda tx: look_at_carts(tx, LookAtCarts()))


async def left(shop: Shop, cart: Shown) -> None:
    """Nobody has touched it for an hour, and that is noticed."""
    await shop.owner.execute(LEFT, cart["id"])
    await look(shop)


async def test_a_cart_that_is_left_is_told_about_once(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product(), 2), email="ada@example.com")
    untouched = await opened(api, line(await shop.product()))

    await left(shop, cart)
    await look(shop)

    assert await shop.facts(cart["id"]) == ["cart.abandoned"]
    assert await shop.facts(untouched["id"]) == []
    listed = good(await api.get("/v1/events", params={"object": cart["id"]}), 200)
    told = listed["data"][0]["data"]
    assert (told["email"], told["lines"][0]["quantity"]) == ("ada@example.com", 2)
    shown = await looked_at(api, cart)
    assert (shown["status"], shown["abandoned_at"] is not None) == ("open", True)


@pytest.mark.parametrize("touch", ["add", "change", "change a line", "take one out"])
async def test_who_touches_it_again_makes_it_new(
    shop: Shop, api: httpx.AsyncClient, touch: str
) -> None:
    vase, bulb = await shop.product(), await shop.product(name="Bulb")
    cart = await opened(api, line(vase), line(bulb))
    path = f"/v1/carts/{cart['id']}/lines/{cart['lines'][1]['id']}"
    await left(shop, cart)

    if touch == "add":
        shown = good(await added(api, cart, line(vase)))
    elif touch == "change":
        shown = good(await changed(api, cart, email="ada@example.com"), 200)
    elif touch == "change a line":
        shown = good(await api.patch(path, json={"quantity": 2}), 200)
    else:
        shown = good(await api.delete(path), 200)

    assert shown["abandoned_at"] is None
    await look(shop)
    assert await shop.facts(cart["id"]) == ["cart.abandoned"]
    await left(shop, cart)
    assert await shop.facts(cart["id"]) == ["cart.abandoned", "cart.abandoned"]


async def test_an_empty_cart_is_nobodys_loss(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api)

    await left(shop, cart)

    assert await shop.facts(cart["id"]) == []


async def test_what_is_left_follows_the_settings(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.sells_by(abandoned_minutes=120)
    cart = await opened(api, line(await shop.product()))

    await left(shop, cart)

    assert await shop.facts(cart["id"]) == []


async def test_a_cart_whose_time_is_over_is_closed(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product()
    cart, other = await opened(api, line(vase)), await opened(api, line(vase))
    await shop.owner.execute(OVER, cart["id"])

    await look(shop)

    assert await shop.facts(cart["id"]) == ["cart.expired"]
    assert (await looked_at(api, cart))["status"] == "expired"
    assert (await looked_at(api, other))["status"] == "open"
    for answer in (
        await added(api, cart, line(vase)),
        await changed(api, cart, email="ada@example.com"),
        await api.delete(f"/v1/carts/{cart['id']}/lines/{cart['lines'][0]['id']}"),
        await api.post("/v1/checkouts", json={"cart_id": cart["id"]}),
    ):
        assert problem(answer, 409, "cart_closed")["cart_status"] == "expired"


async def test_a_cart_lives_as_long_as_it_was_given(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.sells_by(cart_days=2)
    cart = await opened(api, line(await shop.product()))
    end = datetime.fromisoformat(cart["expires_at"])
    assert timedelta(days=1, hours=23) < end - await shop.till.now() <= timedelta(days=2)

    sooner = await soon(shop)
    cart = good(await changed(api, cart, expires_at=sooner.isoformat()), 200)
    await over(shop, cart)
    await look(shop)

    assert await shop.facts(cart["id"]) == ["cart.expired"]


@pytest.mark.parametrize(
    ("over_for", "idle_for"),
    [(timedelta(seconds=1), timedelta(0)), (timedelta(days=-1), timedelta(hours=2))],
)
async def test_of_many_so_many_are_looked_at_together_and_the_others_next(
    shop: Shop, over_for: timedelta, idle_for: timedelta
) -> None:
    await shop.owner.execute(MANY, shop.world.tenant_id, over_for, idle_for, MOST_AT_ONCE + 1)

    await shop.world.do(lambda tx: look_at_carts(tx, LookAtCarts()))
    assert await shop.owner.fetchval(UNTOUCHED, shop.world.tenant_id) == 1
    assert list(await shop.till.waiting_jobs()) == [LookAtCarts.name]

    await look(shop)
    assert await shop.owner.fetchval(UNTOUCHED, shop.world.tenant_id) == 0
