"""Carts: opened, changed and found again; what is wrong with one is nothing to the others."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from tests.checkout.buying import HOME, changed, good, line, looked_at, opened
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World


async def test_a_cart_is_opened_with_its_lines(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00")

    cart = await opened(api, line(vase, 2), email="ada@example.com", metadata={"from": "web"})

    assert cart["currency"] == "EUR"
    assert cart["status"] == "open"
    assert (cart["email"], cart["metadata"]) == ("ada@example.com", {"from": "web"})
    (only,) = cart["lines"]
    assert (only["name"], only["quantity"], only["is_available"]) == ("Tulip vase", 2, True)
    assert (only["unit_amount_decimal"], only["amount_total"]) == ("1000", 2000)
    assert cart["amount_total"] == 2000
    assert await looked_at(api, cart) == cart


async def test_each_of_a_batch_has_its_own_outcome_in_every_order(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, stranger = await shop.product("10.00"), str(uuid4())
    made: dict[str, tuple[dict[str, Any], int, str]] = {
        "good": ({"currency": "EUR", "lines": [line(vase)]}, 201, ""),
        "no such currency": ({"currency": "EUX"}, 422, "currency_not_known"),
        "nobody's": ({"currency": "EUR", "customer_id": stranger}, 404, "customer_not_found"),
        "unknown code": ({"currency": "EUR", "promotion_codes": ["X"]}, 404, "promotion_not_found"),
        "in dollars": ({"currency": "USD", "lines": [line(vase)]}, 422, "variant_not_sold"),
    }

    for order in permutations(made, 3):
        answers = await asyncio.gather(
            *(api.post("/v1/carts", json=made[name][0]) for name in order)
        )
        for name, answer in zip(order, answers, strict=True):
            _, status, code = made[name]
            assert answer.status_code == status, answer.text
            assert answer.json().get("code", "") == code

    kept = good(await api.get("/v1/carts", params={"limit": 100}), 200)["data"]
    assert len(kept) == sum("good" in order for order in permutations(made, 3))


async def test_one_cart_that_costs_too_much_does_not_break_the_others(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, palace = await shop.product("10.00"), await shop.product("900000000.00")

    answers = await asyncio.gather(
        *(
            api.post("/v1/carts", json={"currency": "EUR", "lines": [line(each, quantity)]})
            for each, quantity in ((vase, 1), (palace, 1_000_000), (vase, 2))
        )
    )

    assert [answer.status_code for answer in answers] == [201, 422, 201]
    problem(answers[1], 422, "amount_too_large")


async def test_what_is_not_named_stays_and_null_takes_it_away(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    customer, post = str(await shop.customer()), await shop.shipping()
    told: dict[str, Any] = {
        "customer_id": customer,
        "email": "ada@example.com",
        "shipping_address": HOME,
        "billing_address": HOME,
        "shipping_option_id": str(post.id),
        "vat_number": "NL004495445B01",
    }
    cart = await opened(api, **told)
    assert {name: cart[name] for name in told if "address" not in name} == {
        name: value for name, value in told.items() if "address" not in name
    }

    assert good(await changed(api, cart), 200) | {"updated_at": ""} == cart | {"updated_at": ""}
    for name in told:
        cart = good(await changed(api, cart, **{name: None}), 200)
        assert cart[name] is None

    for name, value in told.items():
        cart = good(await changed(api, cart, **{name: value}), 200)
        assert cart[name] is not None
    assert cart["shipping_address"].items() >= HOME.items()


@pytest.mark.parametrize("name", ["promotion_codes", "metadata", "expires_at"])
async def test_what_a_cart_always_has_cannot_be_taken_away(
    api: httpx.AsyncClient, name: str
) -> None:
    problem(await changed(api, await opened(api), **{name: None}), 422, "invalid_request")


async def test_the_currency_of_a_cart_never_changes(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    """The API has no word for it, and the database refuses."""
    cart = await opened(api)

    problem(await changed(api, cart, currency="USD"), 422, "invalid_request")
    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with world.tx() as tx:
            await tx.fetch("update checkout.cart set currency = 'USD' where id = $1", cart["id"])

    assert (await looked_at(api, cart))["currency"] == "EUR"
    assert shop


async def test_a_promotion_code_is_found_however_it_is_spelled(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product("10.00")
    await offered(world, code="Stra\u00dfe10")

    cart = await opened(api, line(vase), promotion_codes=["STRASSE10", "stra\u00dfe10"])

    assert cart["promotion_codes"] == ["Stra\u00dfe10"]
    assert (cart["amount_discount"], cart["amount_total"]) == (100, 900)
    assert [one["code"] for one in cart["discounts"]] == ["Stra\u00dfe10"]


async def test_a_promotion_code_has_to_be_known(api: httpx.AsyncClient) -> None:
    cart = await opened(api)

    problem(await changed(api, cart, promotion_codes=["NONE"]), 404, "promotion_not_found")


async def test_a_vat_number_is_looked_at_and_spelled_properly(api: httpx.AsyncClient) -> None:
    cart = await opened(api, vat_number="nl 0044.95445 b01")

    assert cart["vat_number"] == "NL004495445B01"
    problem(await changed(api, cart, vat_number="NL000000000B00"), 422, "vat_number_not_valid")


async def test_the_way_it_travels_has_to_be_one_that_runs(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    post, old = await shop.shipping("5.00"), await shop.shipping(name="Coach", is_active=False)
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase), shipping_option_id=str(post.id))

    assert (cart["amount_shipping"], cart["amount_total"]) == (500, 1500)
    for unknown in (str(old.id), str(uuid4())):
        refused = await changed(api, cart, shipping_option_id=unknown)
        problem(refused, 404, "shipping_option_not_found")


async def test_a_cart_whose_way_runs_no_more_can_still_be_changed(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """What is not named is not judged anew."""
    post = await shop.shipping("5.00")
    cart = await opened(api, shipping_option_id=str(post.id))
    good(await api.patch(f"/v1/shipping-options/{post.id}", json={"is_active": False}), 200)

    shown = good(await changed(api, cart, email="ada@example.com"), 200)

    assert (shown["email"], shown["amount_shipping"]) == ("ada@example.com", 0)


async def test_a_cart_expires_in_the_future(api: httpx.AsyncClient) -> None:
    past = "2020-01-01T00:00:00Z"
    asked = {"currency": "EUR", "expires_at": past}

    problem(await api.post("/v1/carts", json=asked), 422, "cart_expiry_not_in_future")
    refused = await changed(api, await opened(api), expires_at=past)
    problem(refused, 422, "cart_expiry_not_in_future")


async def test_carts_are_another_tenants_business(
    shop: Shop, api: httpx.AsyncClient, other: World
) -> None:
    vase = await shop.product("10.00")
    cart = await opened(api, line(vase))

    async with other.program("*") as stranger:
        path = f"/v1/carts/{cart['id']}"
        for answer in (
            await stranger.get(path),
            await stranger.patch(path, json={"email": "eve@example.com"}),
            await stranger.post(f"{path}/lines", json=line(vase)),
            await stranger.delete(f"{path}/lines/{cart['lines'][0]['id']}"),
            await stranger.post(f"{path}/merges", json={"cart_id": str(uuid4())}),
        ):
            problem(answer, 404, "cart_not_found")
        assert good(await stranger.get("/v1/carts"), 200)["data"] == []
        refused = await stranger.post("/v1/carts", json={"currency": "EUR", "lines": [line(vase)]})
        problem(refused, 422, "variant_not_sold")

    assert await looked_at(api, cart) == cart


async def test_carts_are_listed_newest_first_in_pages_and_by_what_they_are(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, ada = await shop.product("10.00"), str(await shop.customer())
    carts = [await opened(api, line(vase, number + 1)) for number in range(5)]
    hers = await opened(api, customer_id=ada)
    await api.post(f"/v1/carts/{carts[0]['id']}/merges", json={"cart_id": carts[1]["id"]})

    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = good(await api.get("/v1/carts", params=query), 200)
        found += page["data"]
        if not page["has_more"]:
            break
        query = {"limit": 2, "cursor": page["next_cursor"]}
    assert [one["id"] for one in found] == [one["id"] for one in (hers, *reversed(carts))]
    assert found[1]["lines"] == carts[4]["lines"]

    async def ids(**query: str) -> list[str]:
        page = good(await api.get("/v1/carts", params=query), 200)
        return [one["id"] for one in page["data"]]

    assert await ids(customer_id=ada) == [hers["id"]]
    assert await ids(status="merged") == [carts[1]["id"]]
    assert await ids(status="open", customer_id=str(uuid4())) == []
