"""Quotas: a tier allows so much, and no two who are at it together get past it."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import msgspec
import pytest

from guilder.app import System
from guilder.http import Rates
from guilder.identity import Counts, Tier, quota_use
from guilder.identity.quotas import FACTS_PER_DAY
from guilder.kernel import Actor, ActorKind, CallLimit
from tests.http.documents import problem
from tests.storefront.pages import page_of
from tests.world import World

FREE_CALLS = 600


@pytest.fixture
async def free(system: System) -> World:
    return await World.found(system, tier=Tier.FREE)


async def use_of(world: World, name: str) -> tuple[int, int | None]:
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


async def test_of_what_nobody_can_make_yet_none_is_used(free: World) -> None:
    """Whoever makes one of these counts them from then on, and takes it from this list."""
    counts = free.system.tools[Counts]
    assert isinstance(counts, Counts)
    async with free.tx() as tx:
        known = {quota.name: quota.used for quota in await quota_use(tx, counts)}

    uncounted = known.keys() - counts.by_name.keys() - {FACTS_PER_DAY}
    assert {name: known[name] for name in uncounted} == {"podcasts": 0, "webhooks": 0}


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


@pytest.fixture
def neighbours(system: System) -> tuple[System, System]:
    """Two processes at one database, each of which has counted nothing yet."""
    one, two = (msgspec.structs.replace(system, rates=Rates()) for _ in range(2))
    return one, two


async def in_one_minute(system: System, story: Callable[[World], Awaitable[None]]) -> None:
    """Tell it of a tenant, and of another one where a minute has ended on the way."""

    async def minute() -> str:
        async with world.tx() as tx:
            return f"{await tx.now():%H:%M}"

    world = await World.found(system, tier=Tier.FREE)
    before = await minute()
    try:
        await story(world)
    except AssertionError:
        if await minute() == before:
            raise
        await in_one_minute(system, story)


async def spend(system: System, world: World, calls: int) -> None:
    """Call so often that only the counting is left of it."""
    limit = CallLimit(FREE_CALLS, Tier.FREE)
    actor = Actor(kind=ActorKind.API_KEY, tenant_id=world.tenant_id, call_limit=limit)
    async with world.tx() as tx:
        now = await tx.now()
    for _ in range(calls):
        system.rates.count(actor, now)


async def test_calls_of_the_minute_are_one_limit_for_all_processes(
    neighbours: tuple[System, System],
) -> None:
    one, two = neighbours

    async def story(free: World) -> None:
        async with World(one, free.tenant).program("tenant:read") as here:
            assert (await here.get("/v1/tenant")).headers["ratelimit"].startswith('"calls";r=599;')
        await spend(one, free, FREE_CALLS - 3)
        await one.rates.exchange(one.pool)
        async with World(two, free.tenant).program("tenant:read") as there:
            unheard = await there.get("/v1/tenant")
            await two.rates.exchange(two.pool)
            last = await there.get("/v1/tenant")
            refused = await there.get("/v1/tenant")

        assert unheard.headers["ratelimit"].startswith('"calls";r=599;')
        assert last.headers["ratelimit"].startswith('"calls";r=0;')
        document = problem(refused, 429, "too_many_requests")
        assert refused.headers["ratelimit"].startswith('"calls";r=0;')
        assert (document["quota"], document["limit"], document["tier"]) == (
            "api_calls_per_minute",
            FREE_CALLS,
            "free",
        )

    await in_one_minute(one, story)


async def test_calls_of_the_minute_are_shown_wherever_they_were_made(
    neighbours: tuple[System, System],
) -> None:
    one, two = neighbours

    async def story(free: World) -> None:
        await spend(one, free, 41)
        assert await use_of(World(one, free.tenant), "api_calls_per_minute") == (42, FREE_CALLS)
        await one.rates.exchange(one.pool)

        assert await use_of(World(one, free.tenant), "api_calls_per_minute") == (43, FREE_CALLS)
        assert await use_of(World(two, free.tenant), "api_calls_per_minute") == (43, FREE_CALLS)
        other = await World.found(two)
        assert await use_of(other, "api_calls_per_minute") == (1, None)

    await in_one_minute(one, story)


async def test_pages_and_programs_draw_on_the_same_calls(neighbours: tuple[System, System]) -> None:
    process, _ = neighbours

    async def story(free: World) -> None:
        shop = World(process, free.tenant)
        async with page_of(shop) as page, shop.program("tenant:read") as program:
            seen = await page.get("/v1/storefront/products?currency=EUR")
            read = await program.get("/v1/tenant")
        await spend(process, free, FREE_CALLS - 2)
        async with page_of(shop) as page:
            refused = await page.get("/v1/storefront/products?currency=EUR")

        assert seen.headers["ratelimit"].startswith('"calls";r=599;')
        assert read.headers["ratelimit"].startswith('"calls";r=598;')
        assert problem(refused, 429, "too_many_requests")["quota"] == "api_calls_per_minute"

    await in_one_minute(process, story)
