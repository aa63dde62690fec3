"""A buyer is sent on to pay."""

import asyncio
from datetime import datetime

import httpx

from tests.checkout.buying import HOME, good, line, pay, seen
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.storefront.pages import asked_for, changed, opened


async def test_a_cart_is_handed_over_to_be_paid(
    page: httpx.AsyncClient, shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(page, line(await shop.product("24.00"), 2))
    good(await changed(page, cart, shipping_address=HOME), 200)

    checkout = good(
        await asked_for(
            page,
            cart,
            email="ada@example.com",
            name="Ada",
            success_url="https://shop.example/thanks",
            cancel_url="https://shop.example/cart",
        )
    )

    whole = await seen(api, checkout)
    assert checkout == {
        "id": whole["id"],
        "status": "open",
        "payment_url": whole["payment_url"],
        "expires_at": whole["expires_at"],
        "amount_total": 4800,
        "currency": "EUR",
    }
    assert (whole["buyer"]["email"], whole["buyer"]["name"]) == ("ada@example.com", "Ada")
    assert whole["buyer"]["shipping_address"]["city"] == HOME["city"]
    assert whole["success_url"] == "https://shop.example/thanks"
    assert datetime.fromisoformat(whole["expires_at"]).tzinfo is not None
    order = good(await pay(api, checkout))
    assert order["amount_total"] == 4800
    problem(await asked_for(page, cart), 409, "cart_closed")


async def test_how_many_are_left_is_not_told(page: httpx.AsyncClient, shop: Shop) -> None:
    vase = await shop.product(stock=3)
    cart = await opened(page, line(vase, 1_000_000))

    refused = problem(await asked_for(page, cart), 409, "not_enough_left")

    assert refused.keys() == {
        "type", "title", "status", "code", "variant_id", "sku", "request_id",
    }  # fmt: skip


async def test_the_last_one_is_handed_over_once(page: httpx.AsyncClient, shop: Shop) -> None:
    vase = await shop.product(stock=1)
    carts = [await opened(page, line(vase)) for _ in range(5)]

    answers = await asyncio.gather(*(asked_for(page, cart) for cart in carts))

    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409, 409]


async def test_an_empty_cart_and_none_are_refused(page: httpx.AsyncClient) -> None:
    cart = await opened(page)

    problem(await asked_for(page, cart), 422, "cart_empty")
    unknown = {"id": cart["id"][:-4] + "0000"}
    problem(await asked_for(page, unknown), 404, "cart_not_found")
    odd = await asked_for(page, cart, success_url="javascript:alert(1)")
    problem(odd, 422, "invalid_request")
