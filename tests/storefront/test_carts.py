"""Carts as buyers fill them, with a key that everybody can read."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.checkout.buying import HOME, good, line
from tests.checkout.shop import Shop
from tests.http.documents import pointers, problem
from tests.storefront.pages import added, changed, looked_at, opened, page_of
from tests.world import World

EMAIL = "ada@example.com"


async def test_a_cart_is_filled_and_emptied(page: httpx.AsyncClient, shop: Shop) -> None:
    vase, pot = await shop.product("24.00", name="Vase"), await shop.product("5.00", name="Pot")

    cart = await opened(page, line(vase, 2))
    fuller = good(await added(page, cart, line(vase), line(pot, 4)))
    first, second = (one["id"] for one in fuller["lines"])
    place = f"/v1/storefront/carts/{cart['id']}/lines"
    fewer = good(await page.patch(f"{place}/{first}", json={"quantity": 1}), 200)
    left = good(await page.delete(f"{place}/{second}"), 200)

    assert [one["amount_total"] for one in (cart, fuller, fewer, left)] == [4800, 9200, 4400, 2400]
    assert await looked_at(page, cart) == left
    assert [one["name"] for one in left["lines"]] == ["Vase"]
    problem(await page.delete(f"{place}/{second}"), 404, "cart_line_not_found")


async def test_one_line_needs_no_list(page: httpx.AsyncClient, shop: Shop) -> None:
    vase, cart = await shop.product("24.00"), await opened(page)

    filled = await page.post(f"/v1/storefront/carts/{cart['id']}/lines", json=line(vase, 3))

    assert good(filled)["amount_total"] == 7200


async def test_who_buys_can_be_told_and_is_not_shown(page: httpx.AsyncClient, shop: Shop) -> None:
    cart = await opened(page, line(await shop.product()))
    assert [cart["has_email"], cart["has_shipping_address"]] == [False, False]

    answer = await changed(page, cart, email=EMAIL, shipping_address=HOME, billing_address=HOME)

    told = good(answer, 200)
    again = await page.get(f"/v1/storefront/carts/{cart['id']}")
    assert [told[f"has_{one}"] for one in ("email", "shipping_address", "billing_address")] == [
        True,
        True,
        True,
    ]
    for text in (answer.text, again.text):
        assert not any(
            secret in text for secret in (EMAIL, *map(str, HOME.values())) if len(secret) > 2
        )
    taken_back = good(await changed(page, cart, email=None), 200)
    assert (taken_back["has_email"], taken_back["has_shipping_address"]) == (False, True)


async def test_taxes_shipping_and_codes_follow_what_was_told(
    page: httpx.AsyncClient, shop: Shop, api: httpx.AsyncClient
) -> None:
    await shop.tax("21", is_inclusive=False)
    post = await shop.shipping("5.00")
    wanted = {"name": "Spring", "code": "SPRING", "percentage": "10"}
    good(await api.post("/v1/promotions", json=wanted))
    cart = await opened(page, line(await shop.product("10.00")))

    told = good(
        await changed(
            page,
            cart,
            shipping_address=HOME,
            shipping_option_id=str(post.id),
            promotion_codes=["spring"],
        ),
        200,
    )

    assert told["discounts"] == [{"code": "SPRING", "name": "Spring", "amount": 100}]
    assert told["promotions"] == [{"code": "SPRING", "applies": True, "reason": None}]
    assert (told["amount_shipping"], told["shipping_option_id"]) == (500, str(post.id))
    assert [one["name"] for one in told["taxes"]] == ["VAT"]
    problem(await changed(page, cart, promotion_codes=["AUTUMN"]), 404, "promotion_not_found")
    nowhere = await changed(page, cart, shipping_option_id=str(uuid4()))
    problem(nowhere, 404, "shipping_option_not_found")


async def test_a_cart_of_the_shop_s_own_server_can_be_filled_and_tells_nothing_of_it(
    page: httpx.AsyncClient, shop: Shop, api: httpx.AsyncClient
) -> None:
    customer = await shop.customer("Ada", EMAIL)
    vase = await shop.product("24.00")
    made = good(
        await api.post(
            "/v1/carts",
            json={
                "currency": "EUR",
                "customer_id": str(customer),
                "metadata": {"margin": "thin"},
                "lines": [line(vase) | {"metadata": {"shelf": "cellar"}}],
            },
        )
    )

    answer = await added(page, made, line(vase))

    assert good(answer)["amount_total"] == 4800
    assert not any(one in answer.text for one in (str(customer), "thin", "cellar", EMAIL))
    whole = good(await api.get(f"/v1/carts/{made['id']}"), 200)
    assert (whole["customer_id"], whole["metadata"]) == (str(customer), {"margin": "thin"})
    assert whole["lines"][0]["metadata"] == {"shelf": "cellar"}


BEYOND_A_BUYER = {
    "amount": 1,
    "amount_total": 1,
    "created_by": "operator",
    "customer_id": str(uuid4()),
    "expires_at": "2099-01-01T00:00:00Z",
    "id": str(uuid4()),
    "metadata": {"vip": True},
    "price": 1,
    "price_id": str(uuid4()),
    "status": "ordered",
    "tenant_id": str(uuid4()),
    "unit_amount": 1,
    "unit_amount_decimal": "1",
    "vat_number": "NL004495445B01",
}
"""What a buyer may want to decide, and may not."""


async def test_nothing_more_is_taken_from_a_buyer_than_is_theirs_to_say(
    page: httpx.AsyncClient, shop: Shop
) -> None:
    vase = await shop.product("24.00")
    cart = await opened(page, line(vase))
    here = f"/v1/storefront/carts/{cart['id']}"
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("POST", "/v1/storefront/carts"): {"currency": "EUR"},
        ("PATCH", here): {"email": EMAIL},
        ("POST", f"{here}/lines"): line(vase),
        ("PATCH", f"{here}/lines/{cart['lines'][0]['id']}"): {"quantity": 2},
        ("POST", "/v1/storefront/checkouts"): {"cart_id": cart["id"]},
    }
    for (method, path), body in bodies.items():
        refused = await page.request(method, path, json=body | BEYOND_A_BUYER)
        assert set(pointers(problem(refused, 422, "invalid_request"))) == {
            f"/{name}" for name in BEYOND_A_BUYER
        }
    for path in ("/v1/storefront/carts", f"{here}/lines"):
        body = {"currency": "EUR"} if path.endswith("carts") else {}
        lines = [line(vase) | BEYOND_A_BUYER]
        refused = await page.post(path, json=body | {"lines": lines})
        assert {f"/lines/0/{name}" for name in BEYOND_A_BUYER} == set(
            pointers(problem(refused, 422, "invalid_request"))
        )

    assert await looked_at(page, cart) == cart


async def test_prices_come_from_the_catalog_only(page: httpx.AsyncClient, shop: Shop) -> None:
    dollars = await shop.product("24.00", currency="USD")
    hidden = await shop.product("24.00", is_active=False)

    for product in (dollars, hidden):
        refused = await page.post(
            "/v1/storefront/carts", json={"currency": "EUR", "lines": [line(product)]}
        )
        problem(refused, 422, "variant_not_sold")


async def test_another_tenant_s_cart_is_not_there(
    page: httpx.AsyncClient, other: World, shop: Shop
) -> None:
    async with page_of(other) as theirs:
        cart = await opened(theirs)

    problem(await page.get(f"/v1/storefront/carts/{cart['id']}"), 404, "cart_not_found")
    problem(await changed(page, cart, email=EMAIL), 404, "cart_not_found")
    problem(await added(page, cart, line(await shop.product())), 404, "cart_not_found")


async def test_a_key_that_may_only_look_changes_nothing(world: World, shop: Shop) -> None:
    async with page_of(world) as page, page_of(world, "storefront:read") as reader:
        cart = await opened(page, line(await shop.product()))
        good(await reader.get(f"/v1/storefront/carts/{cart['id']}"), 200)
        refused = await changed(reader, cart, email=EMAIL)

    assert problem(refused, 403, "permission_missing")["needs"] == "storefront:write"


async def test_a_server_may_do_what_a_page_may(world: World, shop: Shop) -> None:
    vase = await shop.product("24.00")
    async with world.program("storefront:*") as program:
        assert (await opened(program, line(vase)))["amount_total"] == 2400
    async with world.program("checkout:*", "products:*") as program:
        refused = await program.post("/v1/storefront/carts", json={"currency": "EUR"})

    problem(refused, 403, "permission_missing")


@pytest.mark.parametrize(
    "path", ["/v1/carts", "/v1/products", "/v1/checkouts", "/v1/orders", "/v1/customers"]
)
async def test_a_page_sees_nothing_of_the_tenant_s_own_api(
    page: httpx.AsyncClient, path: str
) -> None:
    problem(await page.get(path), 403, "permission_missing")


async def test_what_a_page_calls_a_request_is_long_enough_to_be_its_own(
    page: httpx.AsyncClient, world: World, shop: Shop
) -> None:
    body = {"currency": "EUR", "lines": [line(await shop.product())]}
    own = {"idempotency-key": uuid4().hex}

    refused = await page.post(
        "/v1/storefront/carts", json=body, headers={"idempotency-key": "cart-1"}
    )
    first = good(await page.post("/v1/storefront/carts", json=body, headers=own))
    again = await page.post("/v1/storefront/carts", json=body, headers=own)

    problem(refused, 400, "idempotency_key_not_valid")
    assert good(again) == first
    assert again.headers["idempotency-replayed"] == "true"
    async with world.program("*") as program:
        short = {"idempotency-key": "cart-1"}
        good(await program.post("/v1/carts", json={"currency": "EUR"}, headers=short))
