"""Seed 001, one test per rule: what it says of products, variants and prices, in its own words."""

import asyncpg
import httpx
import pytest

from guilder.kernel import Currency
from tests.catalog.conftest import owner, shelf
from tests.catalog.shelf import Shelf
from tests.http.documents import problem
from tests.world import World

__all__ = ["owner", "shelf"]

SHIRT = {
    "name": "Shirt",
    "currency": "EUR",
    "options": ["Size"],
    "variants": [
        {
            "options": {"Size": size},
            "inventory": 5,
            "prices": [{"currency": "EUR", "unit_amount": 1}],
        }
        for size in ("S", "L")
    ],
}


async def test_a_product_belongs_to_one_tenant(
    shelf: Shelf, api: httpx.AsyncClient, other: World
) -> None:
    made = (await api.post("/v1/products", json=SHIRT)).json()

    async with other.program("*") as stranger:
        unseen = await stranger.get(f"/v1/products/{made['id']}")

    problem(unseen, 404, "product_not_found")
    (row,) = await shelf.owner.fetch(
        "select tenant_id from catalog.product where id = $1", made["id"]
    )
    assert row["tenant_id"] == shelf.world.tenant_id


async def test_a_product_has_1_to_n_variants(api: httpx.AsyncClient) -> None:
    one = await api.post("/v1/products", json={"name": "Song"})
    several = await api.post("/v1/products", json=SHIRT)
    none = await api.post("/v1/products", json={"name": "Nothing", "variants": []})

    assert [len(answer.json()["variants"]) for answer in (one, several)] == [1, 2]
    problem(none, 422, "invalid_request")


async def test_a_product_keeps_its_variants(shelf: Shelf) -> None:
    """A variant cannot be deleted, so a product never comes to have none."""
    vase = await shelf.variant()

    async with shelf.world.tx() as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.savepoint():
                await tx.fetch("delete from catalog.variant where id = $1", vase)


async def test_variants_carry_the_price_and_the_inventory(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/products", json=SHIRT)).json()

    for variant in made["variants"]:
        assert [price["unit_amount"] for price in variant["prices"]] == [1]
        assert variant["inventory"]["available"] == 5
    assert {"prices", "inventory"}.isdisjoint(made)


async def test_a_product_s_currency_does_not_constrain_its_prices(shelf: Shelf) -> None:
    """Pricing tables handle the cross-product per-currency price."""
    product = await shelf.product(currency="EUR")
    vase = product.variants[0].variant.id

    for currency in ("USD", "JPY", "XLM"):
        await shelf.price(vase, "700", currency=currency)
        offer = await shelf.offer(vase, Currency(currency))
        assert offer is not None
        assert (offer.currency, offer.unit_amount_decimal) == (currency, 700)
    euros = await shelf.offer(vase, Currency("EUR"))
    assert euros is not None
    assert euros.price_id is None


async def test_a_price_change_does_not_alter_the_price_that_was(shelf: Shelf) -> None:
    """Price changes do not retroactively alter what was asked: the old price stays as it was."""
    vase = await shelf.variant(price="1999")
    before = await shelf.offer(vase)
    assert before is not None

    await shelf.price(vase, "2499")

    (row,) = await shelf.owner.fetch(
        "select unit_amount_decimal, replaced_at from catalog.price where id = $1", before.price_id
    )
    assert row["unit_amount_decimal"] == 1999
    assert row["replaced_at"] is not None
