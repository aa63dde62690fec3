"""Seed 001, one test per rule: what it says of customers, in its own words."""

import asyncpg
import httpx
import pytest

from tests.customers.people import ADA, addresses, lives_at, posted
from tests.http.documents import problem
from tests.payments.till import Till
from tests.world import World


async def test_a_customer_belongs_to_one_tenant(
    api: httpx.AsyncClient, other: World, owner: asyncpg.Connection
) -> None:
    ada = await posted(api, **ADA)

    async with other.program("*") as stranger:
        problem(await stranger.get(f"/v1/customers/{ada['id']}"), 404, "customer_not_found")
        assert (await stranger.get("/v1/customers")).json()["data"] == []
    with pytest.raises(asyncpg.NotNullViolationError):
        await owner.execute(
            "update customers.customer set tenant_id = null where id = $1", ada["id"]
        )


async def test_a_customer_has_0_to_n_payment_methods(till: Till, api: httpx.AsyncClient) -> None:
    ada = await posted(api)
    query = {"customer_id": ada["id"]}
    assert (await api.get("/v1/payment-methods", params=query)).json()["data"] == []

    for token in ("pm_card_visa", "pm_card_mastercard"):
        await api.post("/v1/payment-methods", json=query | {"token": token})

    assert len((await api.get("/v1/payment-methods", params=query)).json()["data"]) == 2
    assert till


async def test_a_customer_has_1_to_n_addresses(
    api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    """Never the inverse: an address is of one customer. One who was only taken in has none yet."""
    ada = await posted(api)
    assert await addresses(api, ada) == []

    added = [await lives_at(api, ada) for _ in range(3)]

    assert await addresses(api, ada) == added[::-1]
    with pytest.raises(asyncpg.NotNullViolationError):
        await owner.execute(
            "update customers.address set customer_id = null where id = $1", added[0]["id"]
        )


async def test_customer_email_is_unique_per_tenant_case_folded(
    api: httpx.AsyncClient, other: World, owner: asyncpg.Connection
) -> None:
    ada = await posted(api, email="Ada.Strasse@example.com")

    for spelling in (
        "ada.strasse@EXAMPLE.com",
        "ADA.STRASSE@EXAMPLE.COM",
        "ada.stra\u00dfe@example.com",
    ):
        problem(await api.post("/v1/customers", json={"email": spelling}), 409, "email_taken")
        with pytest.raises(asyncpg.UniqueViolationError):
            await owner.execute(
                "insert into customers.customer (tenant_id, email)"
                " select tenant_id, $2 from customers.customer where id = $1",
                ada["id"],
                spelling,
            )
    async with other.program("*") as stranger:
        assert (await posted(stranger, email="ada.strasse@example.com"))["id"] != ada["id"]
