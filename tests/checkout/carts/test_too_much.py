"""A cart that costs more than can be paid: not filled so far, and shown where prices rose."""

import asyncio

import httpx

from tests.checkout.buying import (
    Shown,
    added,
    asked_for,
    changed,
    good,
    line,
    looked_at,
    merged,
    opened,
    priced,
)
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World

AMOUNTS = ("amount_subtotal", "amount_discount", "amount_shipping", "amount_tax", "amount_total")
PALACE = "90000000000"


async def risen(shop: Shop, api: httpx.AsyncClient) -> Shown:
    """A cart whose first line has come to cost too much."""
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart = await opened(api, line(vase, 1_000_000), line(bulb, 2))
    await priced(shop.world, vase, PALACE)
    return cart


async def test_it_is_shown_and_listed_without_amounts_and_says_why(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart, other = await risen(shop, api), await opened(api, line(await shop.product("10.00")))

    shown = await looked_at(api, cart)
    listed = good(await api.get("/v1/carts"), 200)["data"]

    assert listed == [other, shown]
    assert (other["amount_problem"], other["amount_total"]) == (None, 1000)
    assert shown["amount_problem"] == "amount_too_large"
    assert {shown[name] for name in AMOUNTS} == {None}
    assert (shown["discounts"], shown["taxes"], shown["is_reverse_charge"]) == ([], [], None)
    first, _ = shown["lines"]
    assert (first["quantity"], first["unit_amount_decimal"]) == (1_000_000, PALACE)
    assert (first["is_available"], first["amount_total"]) == (True, None)


async def test_it_is_mended_by_taking_a_line_out_or_having_less_of_it(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await risen(shop, api)
    palace, bulbs = (f"/v1/carts/{cart['id']}/lines/{one['id']}" for one in cart["lines"])

    less = good(await api.patch(palace, json={"quantity": 999_999}), 200)
    assert less["amount_problem"] == "amount_too_large"
    told = good(await changed(api, cart, email="ada@example.com"), 200)
    assert (told["email"], told["amount_total"]) == ("ada@example.com", None)
    few = good(await api.patch(palace, json={"quantity": 2}), 200)
    assert (few["amount_problem"], few["amount_total"]) == (None, 2 * int(PALACE) + 100)

    problem(await api.patch(palace, json={"quantity": 1_000_000}), 422, "amount_too_large")
    assert (await looked_at(api, cart))["lines"][0]["quantity"] == 2
    await priced(shop.world, await shop.product(), PALACE)
    good(await api.delete(bulbs), 200)
    assert good(await api.delete(palace), 200)["amount_total"] == 0


async def test_nothing_comes_in_and_it_is_not_handed_over(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart, vase = await risen(shop, api), await shop.product("10.00")
    other = await opened(api, line(vase))

    problem(await added(api, cart, line(vase)), 422, "amount_too_large")
    problem(await merged(api, cart, other), 422, "amount_too_large")
    problem(await merged(api, other, cart), 422, "amount_too_large")
    refused, fine = await asyncio.gather(asked_for(api, cart), asked_for(api, other))

    problem(refused, 422, "amount_too_large")
    assert good(fine)["amount_total"] == 1000
    assert len((await looked_at(api, cart))["lines"]) == 2


async def test_its_codes_say_the_same(shop: Shop, api: httpx.AsyncClient, world: World) -> None:
    await offered(world, code="SPRING")
    cart = await risen(shop, api)

    shown = good(await changed(api, cart, promotion_codes=["SPRING"]), 200)

    assert shown["promotions"] == [
        {"code": "SPRING", "applies": False, "reason": "amount_too_large"}
    ]
