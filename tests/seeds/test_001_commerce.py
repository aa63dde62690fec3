"""Seed 001, one test per rule: what it says of carts, checkout sessions and orders."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.checkout.buying import (
    added,
    changed,
    checkout_of,
    good,
    handed_over,
    line,
    looked_at,
    merged,
    opened,
    pay,
    priced,
    seen,
)
from tests.checkout.sessions.test_handoff import keys_of, verified
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World

TABLES = ("cart", "cart_line", "session", "placed_order", "order_line")


@pytest.mark.parametrize("table", TABLES)
async def test_a_tenant_owns_everything_below(
    shop: Shop, other: World, owner: asyncpg.Connection, table: str
) -> None:
    await shop.paid_order()
    ours = shop.world.tenant_id
    counted = f"select count(*) from checkout.{table} where tenant_id = $1"

    assert await owner.fetchval(counted, ours) > 0
    async with other.tx() as tx:
        (row,) = await tx.fetch(counted, ours)
        assert row["count"] == 0
    with pytest.raises(asyncpg.NotNullViolationError):
        await owner.execute(
            f"update checkout.{table} set tenant_id = null where tenant_id = $1",
            ours,
        )


async def test_a_customer_has_1_to_n_orders_and_1_to_n_carts(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Never the inverse: a cart and an order have one customer."""
    ada, vase = await shop.customer(), await shop.product()
    orders = [await shop.paid_order((vase, 1), customer_id=ada) for _ in range(2)]

    async def ids(path: str) -> list[str]:
        page = good(await api.get(path, params={"customer_id": str(ada)}), 200)
        return [one["id"] for one in page["data"]]

    assert await ids("/v1/orders") == [str(one.order.id) for one in reversed(orders)]
    assert await ids("/v1/carts") == [str(one.order.cart_id) for one in reversed(orders)]


async def test_a_cart_belongs_to_one_tenant_optionally_to_one_customer(
    shop: Shop, api: httpx.AsyncClient, other: World
) -> None:
    ada = str(await shop.customer())

    nobodys, hers = await opened(api), await opened(api, customer_id=ada)

    assert (nobodys["customer_id"], hers["customer_id"]) == (None, ada)
    assert good(await changed(api, nobodys, customer_id=ada), 200)["customer_id"] == ada
    async with other.program("*") as stranger:
        problem(await stranger.get(f"/v1/carts/{hers['id']}"), 404, "cart_not_found")
        refused = await stranger.post("/v1/carts", json={"currency": "EUR", "customer_id": ada})
        problem(refused, 404, "customer_not_found")


async def test_a_cart_has_1_to_n_line_items_each_pointing_at_a_variant(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """It may be opened before its first line, and is not handed over without any."""
    cart = await opened(api)
    empty = await api.post("/v1/checkouts", json={"cart_id": cart["id"]})
    problem(empty, 422, "cart_empty")

    vase, bulb = await shop.product(), await shop.product(name="Bulb")
    shown = good(await added(api, cart, line(vase), line(bulb)))

    variants = [str(vase.variant_id), str(bulb.variant_id)]
    assert [one["variant_id"] for one in shown["lines"]] == variants
    unknown = {"variant_id": str(uuid4())}
    problem(await added(api, cart, unknown), 422, "variant_not_sold")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with shop.world.tx() as tx:
            await tx.fetch(
                "insert into checkout.cart_line (cart_id, variant_id, quantity) values ($1, $2, 1)",
                cart["id"],
                uuid4(),
            )


async def test_a_checkout_session_belongs_to_one_cart(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))

    first, second = await handed_over(api, cart), await handed_over(api, cart)

    assert first["cart_id"] == second["cart_id"] == cart["id"]
    assert [(await seen(api, one))["status"] for one in (first, second)] == ["expired", "open"]
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.owner.execute(
            "update checkout.session set cart_id = null where id = $1", first["id"]
        )


async def test_a_checkout_session_is_the_immutable_signed_handoff_to_the_hosted_payment_page(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase, 2))
    checkout = await handed_over(api, cart)

    good(await added(api, cart, line(vase, 5)))
    await priced(world, vase, "1")

    assert await seen(api, checkout) == checkout
    assert checkout["payment_url"].endswith(checkout["token"])
    said = verified(checkout["token"], await keys_of(world))
    assert (said["sub"], said["amount"], said["currency"]) == (checkout["id"], 2000, "EUR")
    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        await shop.owner.execute(
            "update checkout.session set total_minor = 1 where id = $1", checkout["id"]
        )


async def test_an_order_is_the_immutable_promotion_of_a_cart_at_the_moment_of_payment(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(api, line(await shop.product("10.00"), 2))
    checkout = await handed_over(api, cart)
    assert good(await api.get("/v1/orders"), 200)["data"] == []

    order = good(await pay(api, checkout))

    assert (order["cart_id"], order["amount_total"]) == (cart["id"], 2000)
    assert (await looked_at(api, cart))["status"] == "ordered"
    problem(await added(api, cart, line(await shop.product())), 409, "cart_closed")
    for change in ("total_minor = 1", "currency = 'USD'", "cart_id = kernel.uuid7()"):
        with pytest.raises(asyncpg.CheckViolationError, match="never change"):
            await shop.owner.execute(
                f"update checkout.placed_order set {change} where id = $1",
                order["id"],
            )


async def test_it_carries_a_snapshot_of_the_line_items_not_a_reference(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    """So price changes do not retroactively alter historical orders."""
    vase = await shop.product("10.00")
    order = good(await pay(api, await checkout_of(api, line(vase, 2))))

    await priced(world, vase, "9900")

    assert good(await api.get(f"/v1/orders/{order['id']}"), 200) == order
    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        await shop.owner.execute(
            "update checkout.order_line set unit_amount_decimal = 1 where order_id = $1",
            order["id"],
        )


async def test_currency_is_set_on_the_cart_at_creation_and_cannot_change(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    problem(await api.post("/v1/carts", json={}), 422, "invalid_request")
    cart = await opened(api, currency="USD")

    problem(await changed(api, cart, currency="EUR"), 422, "invalid_request")
    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        await owner.execute("update checkout.cart set currency = 'EUR' where id = $1", cart["id"])

    assert (await looked_at(api, cart))["currency"] == "USD"


async def test_a_cart_cannot_mix_currencies(shop: Shop, api: httpx.AsyncClient) -> None:
    euros, dollars = await shop.product(), await shop.product(currency="USD")
    cart, other = await opened(api, line(euros)), await opened(api, line(dollars), currency="USD")

    problem(await added(api, cart, line(dollars)), 422, "variant_not_sold")
    problem(await merged(api, cart, other), 409, "currencies_differ")


async def test_a_products_currency_does_not_constrain_the_carts_currency(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    """Pricing tables handle the cross-product per-currency price."""
    vase = await shop.product("10.00")
    await priced(world, vase, "1100", "USD")
    await priced(world, vase, "1700", "JPY")

    totals = {
        currency: (await opened(api, line(vase), currency=currency))["amount_total"]
        for currency in ("EUR", "USD", "JPY")
    }

    assert totals == {"EUR": 1000, "USD": 1100, "JPY": 1700}


async def test_order_line_items_snapshot_product_name_sku_and_unit_price(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Editing the product after the fact does not retroactively change the order."""
    vase = await shop.product("10.00", name="Tulip vase")
    variant = good(await api.get(f"/v1/variants/{vase.variant_id}"), 200)
    order = good(await pay(api, await checkout_of(api, line(vase))))
    edits: list[tuple[str, dict[str, Any]]] = [
        (f"/v1/products/{variant['product_id']}", {"name": "Urn"}),
        (f"/v1/variants/{vase.variant_id}", {"sku": "URN-1", "active": False}),
    ]

    for path, edit in edits:
        good(await api.patch(path, json=edit), 200)

    (kept,) = good(await api.get(f"/v1/orders/{order['id']}"), 200)["lines"]
    assert (kept["name"], kept["sku"]) == ("Tulip vase", variant["sku"])
    assert kept["unit_amount_decimal"] == "1000"
