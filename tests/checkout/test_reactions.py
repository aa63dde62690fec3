"""Of who is erased nothing stays but the books; who is merged goes on with their cart."""

import json
from typing import Any
from uuid import UUID

import httpx

from guilder.checkout.carts import Wanted
from guilder.checkout.orders import WholeOrder
from guilder.customers import Address, CustomerId
from tests.checkout.shop import Shop
from tests.customers.people import ADA, erased, merged, posted
from tests.payments.test_buyers import carried

HOME = Address(name="Ada Lovelace", line1="12 St James's Square", city="London", country="GB")
SPOKEN = (
    "ada@example.com",
    "Ada Lovelace",
    "St James",
    "+44 20",
    "engraved for Ada",
    "Ada's cart",
    "Ada's checkout",
    "thanks?ada",
    "sorry?ada",
)


async def bought(shop: Shop, customer: Any = None, **further: Any) -> WholeOrder:
    """An order of a customer, or of a guest, that tells all about them."""
    vase = await shop.product("10.00")
    engraved = Wanted(variant_id=vase.variant_id, quantity=2, metadata={"text": "engraved for Ada"})
    told = {
        "lines": [engraved],
        "customer_id": CustomerId(UUID(customer["id"])) if customer else None,
        "email": "ada@example.com",
        "shipping_address": HOME,
        "billing_address": HOME,
        "metadata": {"note": "Ada's cart"},
    }
    session = {
        "name": "Ada Lovelace",
        "phone": "+44 20 7946 0000",
        "metadata": {"note": "Ada's checkout"},
        "success_url": "https://shop.example/thanks?ada",
        "cancel_url": "https://shop.example/sorry?ada",
    }
    return await shop.paid_order((vase, 2), session=session, **(told | further))


async def everywhere(api: httpx.AsyncClient, order: WholeOrder) -> str:
    """All that the API says of an order, its cart and its checkout, and the log of them."""
    found = order.order
    paths = (
        f"/v1/orders/{found.id}",
        f"/v1/orders/{found.id}/timeline",
        f"/v1/carts/{found.cart_id}",
        f"/v1/checkouts/{found.checkout_id}",
        f"/v1/checkouts/{found.checkout_id}/snapshot",
        f"/v1/events?object={found.id}",
        f"/v1/events?object={found.cart_id}",
        f"/v1/events?object={found.checkout_id}",
    )
    return json.dumps([(await api.get(path)).json() for path in paths], ensure_ascii=False)


async def whatever_is_left(shop: Shop) -> list[str]:
    """What of a person can still be read in the tenant's rows of carts, checkouts and orders."""
    tables = ("cart", "cart_line", "session", "placed_order", "order_line", "redemption")
    every = " union all ".join(
        f"select string_agg(t::text, ' ') from checkout.{name} as t where tenant_id = $1"
        for name in tables
    )
    text = " ".join(row[0] or "" for row in await shop.owner.fetch(every, shop.world.tenant_id))
    return [word for word in SPOKEN if word in text.replace("''", "'")]


async def test_an_erased_buyer_is_nowhere(shop: Shop, api: httpx.AsyncClient) -> None:
    ada = await posted(api, **ADA)
    order = await bought(shop, ada)
    await shop.refund(order, 1)
    await carried(shop.till)
    assert [word for word in SPOKEN if word not in await everywhere(api, order)] == []

    await erased(api, ada)
    await carried(shop.till)

    text = await everywhere(api, order)
    assert [word for word in SPOKEN if word in text] == []
    assert await whatever_is_left(shop) == []
    shown = (await api.get(f"/v1/orders/{order.order.id}")).json()
    assert (shown["buyer"], shown["amount_total"], shown["lines"][0]["name"]) == (
        None,
        2000,
        "Tulip vase",
    )
    (event, *_) = (await api.get(f"/v1/events?object={order.order.id}")).json()["data"]
    assert (event["data"]["buyer"], event["data"]["is_redacted"]) == (None, True)


async def test_what_comes_after_the_erasure_says_nothing_either(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    ada = await posted(api, **ADA)
    order = await bought(shop, ada)
    await erased(api, ada)
    await carried(shop.till)

    await shop.refund(order)
    await shop.facts(order.order.id)

    text = await everywhere(api, order)
    assert [word for word in SPOKEN if word in text] == []


async def test_others_stay_who_they_are(shop: Shop, api: httpx.AsyncClient) -> None:
    ada, bob = await posted(api, **ADA), await posted(api, name="Bob")
    order = await bought(shop, bob)

    await erased(api, ada)
    await carried(shop.till)

    assert (await shop.look(order)).order.buyer == order.order.buyer


async def test_an_open_cart_follows_its_merged_buyer(shop: Shop, api: httpx.AsyncClient) -> None:
    ada, other = await posted(api, **ADA), await posted(api)
    theirs = CustomerId(UUID(other["id"]))
    cart = await shop.cart((await shop.product(), 1), customer_id=theirs)
    order = await bought(shop, other)

    await merged(api, ada, other)
    await carried(shop.till)

    assert (await api.get(f"/v1/carts/{cart.id}")).json()["customer_id"] == ada["id"]
    assert (await shop.look(order)).order.customer_id == theirs
    for asked in (ada, other):
        listed = await api.get("/v1/orders", params={"customer_id": asked["id"]})
        assert [one["id"] for one in listed.json()["data"]] == [str(order.order.id)]


async def test_carts_and_orders_are_in_the_export(shop: Shop, api: httpx.AsyncClient) -> None:
    ada, bob = await posted(api, **ADA), await posted(api)
    order, _ = await bought(shop, ada), await bought(shop, bob)

    document = (await api.get(f"/v1/customers/{ada['id']}/export")).json()["records"]

    found = order.order
    assert document["orders"] == [(await api.get(f"/v1/orders/{found.id}")).json()]
    (cart,), (checkout,) = document["carts"], document["checkouts"]
    assert (cart["id"], cart["email"]) == (str(found.cart_id), "ada@example.com")
    shown = (await api.get(f"/v1/carts/{found.cart_id}")).json()
    assert [(line["id"], line["quantity"], line["metadata"]) for line in cart["lines"]] == [
        (shown["lines"][0]["id"], 2, {"text": "engraved for Ada"})
    ]
    assert (checkout["id"], checkout["buyer"]["name"]) == (str(found.checkout_id), "Ada Lovelace")
    path = f"/v1/checkouts/{found.checkout_id}/snapshot"
    assert checkout["snapshot"] == (await api.get(path)).json()
    assert "token" not in checkout
