"""A checkout of a price has a cart of its own, and leaves none where it is refused."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.checkout.sessions import NewSession, open_sessions
from guilder.kernel import Problem
from tests.checkout.buying import Shown, asked_for, good, line, opened, priced
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Product, Shop
from tests.http.documents import problem


async def price_of(shop: Shop, product: Product) -> Any:
    return await priced(shop.world, product, "1000")


async def carts(api: httpx.AsyncClient) -> list[Shown]:
    found: list[Shown] = good(await api.get("/v1/carts"), 200)["data"]
    return found


@pytest.mark.parametrize(
    ("further", "status", "code"),
    [
        ({"quantity": 6}, 409, "out_of_stock"),
        ({"customer_id": str(uuid4())}, 404, "customer_not_found"),
        ({"promotion_codes": ["GONE"]}, 404, "promotion_not_found"),
        ({"promotion_codes": ["MINE"]}, 422, "promotion_needs_customer"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "checkout_expiry_not_valid"),
    ],
)
async def test_one_that_is_refused_leaves_no_cart(
    shop: Shop, api: httpx.AsyncClient, *, further: Shown, status: int, code: str
) -> None:
    await offered(shop.world, code="MINE", max_uses_per_customer=1)
    vase = await shop.product("10.00", stock=5)
    asked = {"price_id": str(await price_of(shop, vase))} | further

    problem(await api.post("/v1/checkouts", json=asked), status, code)

    assert await carts(api) == []
    assert (await shop.stock(vase)).reserved == 0


async def test_of_several_at_once_the_sound_ones_have_theirs(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """In one transaction: what is refused takes nothing of what the others need."""
    vase = await shop.product("10.00", stock=5)
    price_id, cart = await price_of(shop, vase), await shop.cart((vase, 1))
    asked = [
        NewSession(price_id=price_id, quantity=2),
        NewSession(price_id=price_id, quantity=9),
        NewSession(cart_id=cart.id),
        NewSession(price_id=price_id, quantity=2),
        NewSession(price_id=price_id, quantity=3),
    ]

    found = await shop.world.do(lambda tx: open_sessions(tx, shop.world.system.signers, asked))

    refused = [one.code if isinstance(one, Problem) else None for one in found]
    assert refused == [None, "out_of_stock", None, None, "out_of_stock"]
    assert len(await carts(api)) == 3
    assert (await shop.stock(vase)).reserved == 5


async def test_the_same_over_the_wire(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=2)
    body = {"price_id": str(await price_of(shop, vase)), "quantity": 1}
    cart = await opened(api, line(vase))

    answers = await asyncio.gather(
        asked_for(api, cart), *(api.post("/v1/checkouts", json=body) for _ in range(4))
    )

    good_ones = [one for one in answers if one.status_code == 201]
    assert len(good_ones) == 2
    assert {one["id"] for one in await carts(api)} == {cart["id"]} | {
        one.json()["cart_id"] for one in good_ones
    }
