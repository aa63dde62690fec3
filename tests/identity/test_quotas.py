"""Quotas: a tier allows so much, and no two who are at it together get past it."""

import asyncio

import asyncpg
import pytest

from guilder.app import System
from guilder.identity import Tier
from tests.http.documents import problem
from tests.world import World


@pytest.fixture
async def free(system: System) -> World:
    return await World.found(system, tier=Tier.FREE)


async def use_of(world: World, name: str) -> tuple[int | None, int | None]:
    async with world.program("quotas:read") as program:
        quotas = (await program.get("/v1/quotas")).json()["data"]
    (found,) = [quota for quota in quotas if quota["name"] == name]
    return found["used"], found["maximum"]


async def test_every_quota_is_shown_with_its_use(free: World) -> None:
    async with free.program("quotas:read") as program:
        quotas = (await program.get("/v1/quotas")).json()["data"]

    assert {quota["name"] for quota in quotas} == {
        "api_calls_per_minute",
        "api_keys",
        "facts_per_day",
        "members",
        "podcasts",
        "products",
        "webhooks",
    }
    assert {quota["tier"] for quota in quotas} == {"free"}


async def test_of_many_at_once_no_more_products_are_sold_than_the_tier_allows(
    free: World,
) -> None:
    body = {"name": "Bulb", "billing_type": "one_time"}
    async with free.program("products:write") as program:
        for _ in range(95):
            assert (await program.post("/v1/products", json=body)).status_code == 201
        answers = await asyncio.gather(
            *(program.post("/v1/products", json=body) for _ in range(10))
        )

    refused = [answer for answer in answers if answer.status_code != 201]
    assert len(refused) == 5
    for answer in refused:
        told = problem(answer, 403, "quota_exceeded")
        assert (told["quota"], told["limit"], told["tier"]) == ("products", 100, "free")
    assert await use_of(free, "products") == (100, 100)


async def test_a_product_that_rests_leaves_its_place_to_another(free: World) -> None:
    body = {"name": "Bulb", "billing_type": "one_time"}
    async with free.program("products:*") as program:
        for _ in range(100):
            made = (await program.post("/v1/products", json=body)).json()
        full = await program.post("/v1/products", json=body)
        await program.patch(f"/v1/products/{made['id']}", json={"active": False})
        room = await program.post("/v1/products", json=body)
        again = await program.patch(f"/v1/products/{made['id']}", json={"active": True})

    assert (full.status_code, room.status_code) == (403, 201)
    problem(again, 403, "quota_exceeded")


async def test_a_day_of_too_many_facts_reads_and_does_not_write(
    free: World, owner_url: str
) -> None:
    owner = await asyncpg.connect(owner_url)
    try:
        await owner.execute(
            """
            insert into identity.daily_usage (tenant_id, day, name, used)
            values ($1, (now() at time zone 'utc')::date, 'facts_per_day', 100000)
            """,
            free.tenant_id,
        )
    finally:
        await owner.close()
    async with free.program("products:*", "quotas:read") as program:
        written = await program.post("/v1/products", json={"name": "B", "billing_type": "metered"})
        read = await program.get("/v1/products")

    assert problem(written, 403, "quota_exceeded")["quota"] == "facts_per_day"
    assert read.status_code == 200
