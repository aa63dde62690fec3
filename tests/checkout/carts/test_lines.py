"""The lines of carts: one for each variant, within limits, of what is sold in the currency."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx

from guilder.checkout.carts import Shelf, Wanted
from guilder.checkout.carts.filling import MoreLines, add_lines
from tests.checkout.buying import added, good, line, looked_at, opened
from tests.checkout.shop import Product, Shop
from tests.http.documents import problem
from tests.race import race
from tests.world import World


async def retired(api: httpx.AsyncClient, product: Product) -> None:
    path = f"/v1/variants/{product.variant_id}"
    good(await api.patch(path, json={"active": False}), 200)


async def test_more_of_a_variant_is_added_to_its_line(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart = await opened(api, line(vase, 1), line(vase, 2) | {"metadata": {"gift": True}})

    again = good(await added(api, cart, line(bulb), line(vase, 4)))
    once = good(await api.post(f"/v1/carts/{cart['id']}/lines", json=line(bulb, 2)))

    assert [(one["name"], one["quantity"]) for one in cart["lines"]] == [("Tulip vase", 3)]
    assert [(one["name"], one["quantity"]) for one in again["lines"]] == [
        ("Tulip vase", 7),
        ("Bulb", 1),
    ]
    assert again["lines"][0]["metadata"] == {"gift": True}
    assert [one["quantity"] for one in once["lines"]] == [7, 3]
    assert once["amount_total"] == 7150


async def test_a_line_has_its_limit_however_it_comes_about(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    bulb = await shop.product("0.50")
    cart = await opened(api, line(bulb, 999_999))

    problem(await added(api, cart, line(bulb, 2)), 422, "too_many_pieces")
    asked = {"currency": "EUR", "lines": [line(bulb, 999_999), line(bulb, 2)]}
    problem(await api.post("/v1/carts", json=asked), 422, "too_many_pieces")
    for quantity in (0, -1, 1_000_001):
        problem(await added(api, cart, line(bulb, quantity)), 422, "invalid_request")

    assert good(await added(api, cart, line(bulb)))["lines"][0]["quantity"] == 1_000_000


async def test_a_cart_has_200_lines_at_most(shop: Shop, api: httpx.AsyncClient) -> None:
    products = [await shop.product("1.00", name=f"Bulb {number}") for number in range(201)]
    *first, last = [line(product) for product in products]
    cart = await opened(api, *first)

    problem(await added(api, cart, last), 422, "too_many_lines")
    too_many = {"currency": "EUR", "lines": [*first, last]}
    problem(await api.post("/v1/carts", json=too_many), 422, "invalid_request")

    shown = good(await added(api, cart, first[0]))
    assert len(shown["lines"]) == 200
    assert [one["name"] for one in shown["lines"]] == [one.name for one in products[:-1]]


async def test_only_what_is_sold_in_the_currency_comes_into_a_cart(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, dollars = await shop.product("10.00"), await shop.product("10.00", currency="USD")
    old = await shop.product("10.00")
    await retired(api, old)
    cart = await opened(api, line(vase))

    for wrong in (line(dollars), line(old), {"variant_id": str(uuid4())}):
        told = problem(await added(api, cart, line(vase), wrong), 422, "variant_not_sold")
        assert (told["variant_id"], told["currency"]) == (wrong["variant_id"], "EUR")
        asked = {"currency": "EUR", "lines": [line(vase), wrong]}
        problem(await api.post("/v1/carts", json=asked), 422, "variant_not_sold")

    assert await looked_at(api, cart) == cart


async def test_what_is_sold_no_more_stays_in_the_cart_and_costs_nothing(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart = await opened(api, line(vase), line(bulb, 2))
    await retired(api, vase)

    shown = await looked_at(api, cart)

    assert [one["is_available"] for one in shown["lines"]] == [False, True]
    assert (shown["lines"][0]["name"], shown["lines"][0]["amount_total"]) == ("Tulip vase", 0)
    assert shown["amount_total"] == 100


async def test_a_line_is_changed_and_taken_out(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart = await opened(api, line(vase), line(bulb, 2) | {"metadata": {"gift": True}})
    first, second = (f"/v1/carts/{cart['id']}/lines/{one['id']}" for one in cart["lines"])

    shown = good(await api.patch(second, json={"quantity": 5}), 200)
    assert (shown["lines"][1]["quantity"], shown["amount_total"]) == (5, 1250)
    assert shown["lines"][1]["metadata"] == {"gift": True}
    shown = good(await api.patch(second, json={"quantity": 5, "metadata": {}}), 200)
    assert shown["lines"][1]["metadata"] == {}
    shown = good(await api.patch(second, json={"metadata": {"gift": False}}), 200)
    assert (shown["lines"][1]["quantity"], shown["lines"][1]["metadata"]) == (5, {"gift": False})
    problem(await api.patch(second, json={"metadata": None}), 422, "invalid_request")

    shown = good(await api.patch(second, json={"quantity": 0}), 200)
    assert [one["name"] for one in shown["lines"]] == ["Tulip vase"]
    shown = good(await api.delete(first), 200)
    assert (shown["lines"], shown["amount_total"]) == ([], 0)
    problem(await api.delete(first), 404, "cart_line_not_found")
    problem(await api.patch(second, json={"quantity": 1}), 404, "cart_line_not_found")


async def test_a_line_belongs_to_its_cart(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00")
    mine, yours = await opened(api, line(vase)), await opened(api, line(vase))
    path = f"/v1/carts/{mine['id']}/lines/{yours['lines'][0]['id']}"

    problem(await api.patch(path, json={"quantity": 9}), 404, "cart_line_not_found")
    problem(await api.delete(path), 404, "cart_line_not_found")

    assert await looked_at(api, yours) == yours


async def test_lines_that_come_at_once_are_all_in_the_cart(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Good and bad together in one batch: the sum is that of the good ones."""
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    cart, second = await opened(api), await opened(api)
    asked: list[tuple[Any, dict[str, Any]]] = [
        (cart, line(vase)),
        (cart, {"variant_id": str(uuid4())}),
        (second, line(vase, 3)),
        ({"id": str(uuid4())}, line(vase)),
        (cart, line(bulb, 1_000_000)),
        (cart, line(vase, 2)),
        (cart, line(bulb)),
    ]

    answers = await asyncio.gather(*(added(api, where, what) for where, what in asked))

    assert [answer.status_code for answer in answers] == [201, 422, 201, 404, 201, 201, 422]
    quantities = [one["quantity"] for one in (await looked_at(api, cart))["lines"]]
    assert sorted(quantities) == [3, 1_000_000]
    assert (await looked_at(api, second))["amount_total"] == 3000


async def test_two_who_fill_one_cart_at_once_both_count(shop: Shop, world: World) -> None:
    vase = await shop.product("10.00")
    cart = await shop.cart()

    async def add(tx: Any) -> Any:
        more = MoreLines(cart.id, [Wanted(variant_id=vase.variant_id, quantity=600_000)])
        return await add_lines(tx, Shelf(tx), [more])

    (first,), (second,) = await race(world, add, add)

    assert [one.quantity for one in first.lines] == [600_000]
    assert second.code == "too_many_pieces"
