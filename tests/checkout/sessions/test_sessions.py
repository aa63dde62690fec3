"""Checkout sessions: a cart is handed over, with what it needs kept, and changes no more."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.checkout.buying import (
    HOME,
    added,
    asked_for,
    called_off,
    checkout_of,
    good,
    handed_over,
    line,
    looked_at,
    opened,
    pay,
    priced,
    seen,
)
from tests.checkout.promotions.offers import offered, statuses
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World


async def test_a_cart_is_handed_over(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase, 2), email="ada@example.com", shipping_address=HOME)
    told = {
        "success_url": "https://shop.example/thanks",
        "cancel_url": "https://shop.example/cart",
        "metadata": {"campaign": "spring"},
    }

    checkout = await handed_over(api, cart, **told, name="Ada Lovelace", phone="+31 20 123")

    assert checkout["status"] == "open"
    assert {name: checkout[name] for name in told} == told
    assert (checkout["cart_id"], checkout["order_id"]) == (cart["id"], None)
    assert checkout["payment_url"] == f"http://guilder.test/pay/{checkout['token']}"
    assert (checkout["amount_total"], checkout["currency"]) == (2000, "EUR")
    (sold,) = checkout["lines"]
    assert (sold["name"], sold["quantity"], sold["amount_total"]) == ("Tulip vase", 2, 2000)
    buyer = checkout["buyer"]
    assert (buyer["email"], buyer["name"]) == ("ada@example.com", "Ada Lovelace")
    assert buyer["shipping_address"].items() >= HOME.items()
    assert await seen(api, checkout) == checkout


async def test_a_price_is_handed_over_in_a_cart_of_its_own(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product("10.00")
    price = str(await priced(world, vase, "1250"))

    checkout = good(await api.post("/v1/checkouts", json={"price_id": price, "quantity": 3}))

    assert (checkout["price_id"], checkout["amount_total"]) == (price, 3750)
    cart = good(await api.get(f"/v1/carts/{checkout['cart_id']}"), 200)
    assert [one["quantity"] for one in cart["lines"]] == [3]
    unknown = {"price_id": str(uuid4())}
    problem(await api.post("/v1/checkouts", json=unknown), 404, "price_not_found")
    await priced(world, vase, "1300")
    problem(await api.post("/v1/checkouts", json={"price_id": price}), 409, "price_replaced")


async def test_each_of_a_batch_has_its_own_outcome(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, rare = await shop.product("10.00"), await shop.product("10.00", stock=1)
    cart, empty, greedy = [
        (await opened(api, *lines))["id"] for lines in ([line(vase)], [], [line(rare, 2)])
    ]
    palace = (await opened(api, line(await shop.product("900000000.00"), 1_000)))["id"]
    asked: list[tuple[dict[str, Any], int, str]] = [
        ({}, 422, "nothing_to_buy"),
        ({"cart_id": cart}, 201, ""),
        ({"cart_id": cart, "price_id": str(uuid4())}, 422, "nothing_to_buy"),
        ({"cart_id": empty}, 422, "cart_empty"),
        ({"cart_id": str(uuid4())}, 404, "cart_not_found"),
        ({"cart_id": greedy}, 409, "out_of_stock"),
        ({"price_id": str(uuid4())}, 404, "price_not_found"),
        ({"cart_id": palace}, 201, ""),
    ]

    answers = await asyncio.gather(*(api.post("/v1/checkouts", json=body) for body, _, _ in asked))

    assert [(each.status_code, each.json().get("code", "")) for each in answers] == [
        (status, code) for _, status, code in asked
    ]
    assert (await shop.stock(rare)).reserved == 0


async def test_who_asks_for_too_many_is_told_of_what(shop: Shop, api: httpx.AsyncClient) -> None:
    rare = await shop.product("10.00", stock=3)
    vase = await shop.product("10.00", stock=3)
    cart = await opened(api, line(vase), line(rare, 4))

    told = problem(await asked_for(api, cart), 409, "out_of_stock")

    assert (told["variant_id"], told["asked"]) == (str(rare.variant_id), 4)
    assert told["available"] == 3
    assert [(await shop.stock(one)).reserved for one in (rare, vase)] == [0, 0]


async def test_what_is_sold_no_more_is_not_handed_over(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase))
    good(await api.patch(f"/v1/variants/{vase.variant_id}", json={"active": False}), 200)

    told = problem(await asked_for(api, cart), 422, "variant_not_sold")

    assert told["variant_id"] == str(vase.variant_id)


async def test_units_are_kept_and_let_go_with_a_cancellation(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=5)

    checkout = await checkout_of(api, line(vase, 3))
    assert (await shop.stock(vase)).reserved == 3
    closed = good(await called_off(api, checkout))
    again = good(await called_off(api, checkout))

    assert (closed["status"], again) == ("expired", closed)
    assert (await shop.stock(vase)).reserved == 0
    assert await shop.facts(checkout["id"]) == ["checkout.expired"]
    told = problem(await pay(api, checkout), 409, "checkout_closed")
    assert told["checkout_status"] == "expired"
    problem(await called_off(api, {"id": str(uuid4())}), 404, "checkout_not_found")


async def test_a_newer_checkout_of_the_same_cart_closes_the_one_before(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=5)
    cart = await opened(api, line(vase, 4))
    first = await handed_over(api, cart)

    second = await handed_over(api, cart)

    assert (await seen(api, first))["status"] == "expired"
    assert (await seen(api, second))["status"] == "open"
    assert (await shop.stock(vase)).reserved == 4
    problem(await pay(api, first), 409, "checkout_closed")
    good(await pay(api, second))


async def test_two_checkouts_of_one_cart_at_once_leave_one_open(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=5)
    cart = await opened(api, line(vase, 4))

    answers = await asyncio.gather(*(asked_for(api, cart) for _ in range(4)))

    assert {each.status_code for each in answers} <= {201, 409}
    query = {"cart_id": cart["id"], "status": "open"}
    assert len(good(await api.get("/v1/checkouts", params=query), 200)["data"]) == 1
    assert (await shop.stock(vase)).reserved == 4


async def test_a_refused_request_leaves_the_open_checkout_as_it_is(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=5)
    cart = await opened(api, line(vase, 4))
    checkout = await handed_over(api, cart)
    good(await added(api, cart, line(vase, 4)))

    problem(await asked_for(api, cart), 409, "out_of_stock")
    refused = await asked_for(api, cart, expires_at="2020-01-01T00:00:00Z")
    problem(refused, 422, "checkout_expiry_not_valid")

    assert await seen(api, checkout) == checkout
    assert (await shop.stock(vase)).reserved == 4


async def test_what_changes_after_the_handoff_changes_nothing_of_it(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase, 2))
    checkout = await handed_over(api, cart)

    await priced(world, vase, "9900")
    good(await added(api, cart, line(vase, 5)))
    good(await api.patch(f"/v1/products/{await product_of(api, vase)}", json={"name": "Urn"}), 200)

    assert await seen(api, checkout) == checkout
    order = good(await pay(api, checkout))
    assert (order["amount_total"], order["lines"][0]["name"]) == (2000, "Tulip vase")


async def product_of(api: httpx.AsyncClient, product: Any) -> str:
    shown = good(await api.get(f"/v1/variants/{product.variant_id}"), 200)
    return str(shown["product_id"])


async def test_promotions_are_kept_for_it_and_let_go(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    spring = await offered(world, code="SPRING", max_uses=1)
    vase = await shop.product("10.00", stock=5)
    first, second = [await opened(api, line(vase), promotion_codes=["spring"]) for _ in range(2)]

    checkout = await handed_over(api, first)
    assert checkout["amount_total"] == 900
    assert (await looked_at(api, second))["amount_total"] == 1000
    assert (await handed_over(api, first))["amount_total"] == 900
    good(await called_off(api, await handed_over(api, first)))
    order = good(await pay(api, await handed_over(api, second)))

    assert order["amount_total"] == 900
    assert {status for status, _ in await statuses(world, spring)} == {"released", "used"}


async def test_the_last_use_of_a_code_is_one_checkouts(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    """Of those who ask at once the others are told, instead of paying more than they saw."""
    await offered(world, code="SPRING", max_uses=1)
    vase = await shop.product("10.00", stock=5)
    carts = [await opened(api, line(vase), promotion_codes=["spring"]) for _ in range(3)]

    answers = await asyncio.gather(*(asked_for(api, cart) for cart in carts))

    assert sorted(each.status_code for each in answers) == [201, 409, 409]
    assert {each.json().get("code") for each in answers} == {None, "promotion_used_up"}
    assert (await shop.stock(vase)).reserved == 1


async def test_a_known_customer_need_not_tell_again(shop: Shop, api: httpx.AsyncClient) -> None:
    ada = good(
        await api.post(
            "/v1/customers",
            json={"email": "ada@example.com", "name": "Ada Lovelace", "phone": "+31 20 123"},
        )
    )["id"]
    vase = await shop.product("10.00")

    by_cart = await handed_over(api, await opened(api, line(vase), customer_id=ada))
    by_request = await handed_over(api, await opened(api, line(vase)), customer_id=ada, name="A.")

    for checkout, name in ((by_cart, "Ada Lovelace"), (by_request, "A.")):
        assert checkout["customer_id"] == ada
        buyer = checkout["buyer"]
        assert (buyer["email"], buyer["phone"]) == ("ada@example.com", "+31 20 123")
        assert buyer["name"] == name
    stranger = await asked_for(api, await opened(api, line(vase)), customer_id=str(uuid4()))
    problem(stranger, 404, "customer_not_found")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", 0),
        ("quantity", 1_000_001),
        ("success_url", "javascript:alert(1)"),
        ("success_url", "https://shop.example/" + "x" * 2000),
        ("cancel_url", "ftp://shop.example"),
        ("email", "nobody"),
        ("name", "x" * 201),
        ("phone", "1" * 41),
        ("promotion_codes", ["x"] * 11),
        ("expires_at", "2026-11-21T12:00:00"),
        ("amount", 1),
    ],
)
async def test_what_is_asked_for_has_its_limits(
    api: httpx.AsyncClient, name: str, value: object
) -> None:
    body = {"cart_id": str(uuid4()), name: value}

    problem(await api.post("/v1/checkouts", json=body), 422, "invalid_request")


async def test_checkouts_are_another_tenants_business(
    shop: Shop, api: httpx.AsyncClient, other: World
) -> None:
    cart = await opened(api, line(await shop.product("10.00")))
    checkout = await handed_over(api, cart)

    async with other.program("*") as stranger:
        for answer in (
            await stranger.get(f"/v1/checkouts/{checkout['id']}"),
            await called_off(stranger, checkout),
            await pay(stranger, checkout),
        ):
            problem(answer, 404, "checkout_not_found")
        problem(await asked_for(stranger, cart), 404, "cart_not_found")
        assert good(await stranger.get("/v1/checkouts"), 200)["data"] == []

    assert await seen(api, checkout) == checkout


async def test_checkouts_are_listed_newest_first_in_pages_and_by_what_they_are(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, ada = await shop.product("10.00"), str(await shop.customer())
    made = [await checkout_of(api, line(vase)) for _ in range(3)]
    hers = await checkout_of(api, line(vase), customer_id=ada)
    good(await called_off(api, made[1]))

    first = good(await api.get("/v1/checkouts", params={"limit": 3}), 200)
    rest = good(
        await api.get("/v1/checkouts", params={"limit": 3, "cursor": first["next_cursor"]}), 200
    )
    shown = [one["id"] for one in (*first["data"], *rest["data"])]
    assert shown == [one["id"] for one in (hers, *reversed(made))]

    async def ids(**query: str) -> list[str]:
        page = good(await api.get("/v1/checkouts", params=query), 200)
        return [one["id"] for one in page["data"]]

    assert await ids(customer_id=ada) == [hers["id"]]
    assert await ids(status="expired") == [made[1]["id"]]
    assert await ids(cart_id=made[0]["cart_id"]) == [made[0]["id"]]


async def test_a_customers_checkouts_are_those_of_who_was_merged_into_them_too(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, ada, same = await shop.product("10.00"), await shop.customer(), await shop.customer()
    hers, earlier = [
        await checkout_of(api, line(vase), customer_id=str(each)) for each in (ada, same)
    ]
    good(await api.post(f"/v1/customers/{ada}/merges", json={"customer_id": str(same)}))

    found = good(await api.get("/v1/checkouts", params={"customer_id": str(ada)}), 200)["data"]

    assert {one["id"] for one in found} == {hers["id"], earlier["id"]}
