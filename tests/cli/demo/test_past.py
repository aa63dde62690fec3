"""The past is told for one tenant alone, keeps its order, and unlocks nothing for good."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from guilder.cli.demo.past import Moment, Past, retell
from tests.world import World

LONG_AGO = datetime(2026, 1, 5, 10, tzinfo=UTC)
LATER = datetime(2026, 1, 20, 18, tzinfo=UTC)
DISABLED = "select tgrelid::regclass::text from pg_trigger where tgenabled = 'D'"
ORDER = {"payment_method": "pm_card_visa"}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def sold(api: httpx.AsyncClient, past: Past) -> tuple[dict, dict]:
    """A cart that was filled long ago, and its order of two weeks later, which was refunded."""
    await past.begin(LONG_AGO)
    prices = [{"currency": "EUR", "unit_amount": 1000}]
    made = await api.post("/v1/products", json={"name": "Vase", "prices": prices, "inventory": 9})
    lines = [{"variant_id": made.json()["variants"][0]["id"], "quantity": 2}]
    opened = await api.post("/v1/carts", json={"currency": "EUR", "lines": lines})
    await past.begin(LATER)
    cart_id = opened.json()["id"]
    checkout = (await api.post("/v1/checkouts", json={"cart_id": cart_id})).json()
    order = (await api.post(f"/v1/checkouts/{checkout['id']}/payments", json=ORDER)).json()
    refunded = await api.post(f"/v1/orders/{order['id']}/refunds", json={"amount": 500})
    assert refunded.status_code == 201, refunded.text
    await past.end()
    return opened.json(), order


async def test_each_moment_is_where_the_story_has_it(
    world: World, api: httpx.AsyncClient, owner_url: str
) -> None:
    past = Past(world.pool)
    cart, order = await sold(api, past)
    await retell(owner_url, world.tenant_id, past.moments)

    cart = (await api.get(f"/v1/carts/{cart['id']}")).json()
    order = (await api.get(f"/v1/orders/{order['id']}")).json()
    payment = (await api.get(f"/v1/payments/{order['payment_id']}")).json()
    entries = (await api.get("/v1/ledger/entries")).json()["data"]
    minute = timedelta(minutes=1)
    assert LONG_AGO <= at(cart["created_at"]) < LONG_AGO + minute
    assert at(cart["expires_at"]) - at(cart["created_at"]) >= timedelta(days=30)
    assert at(cart["expires_at"]) < LATER + timedelta(days=40)
    assert LATER <= at(order["created_at"]) <= at(order["updated_at"]) < LATER + minute
    assert LATER <= at(payment["created_at"]) < LATER + minute
    assert all(LATER <= at(entry["created_at"]) < LATER + minute for entry in entries)
    assert len(entries) == 2
    assert (await api.get("/v1/ledger/check")).json()["agrees"]
    assert (await api.get("/v1/audit/check")).json()["is_intact"]


async def test_facts_tell_the_same_times(
    world: World, api: httpx.AsyncClient, owner: asyncpg.Connection, owner_url: str
) -> None:
    past = Past(world.pool)
    _, order = await sold(api, past)
    await world.all_relayed(owner)
    await retell(owner_url, world.tenant_id, past.moments)

    told = (await api.get("/v1/events?type=order.placed")).json()["data"]
    completed = (await api.get("/v1/events?type=checkout.completed")).json()["data"]
    order = (await api.get(f"/v1/orders/{order['id']}")).json()
    assert told[0]["data"]["created_at"] == order["created_at"]
    assert LATER <= at(told[0]["occurred_at"]) < LATER + timedelta(minutes=1)
    ends = at(completed[0]["data"]["expires_at"])
    assert LATER < ends < LATER + timedelta(minutes=31)


async def test_nobody_else_s_past_is_told(
    world: World, other: World, api: httpx.AsyncClient, owner_url: str
) -> None:
    past = Past(world.pool)
    async with other.program("*") as neighbour:
        await past.begin(LONG_AGO)
        _, order = await sold(neighbour, Past(other.pool))
        await sold(api, past)
        before = (await neighbour.get(f"/v1/orders/{order['id']}")).json()
        await retell(owner_url, world.tenant_id, past.moments)

        assert (await neighbour.get(f"/v1/orders/{order['id']}")).json() == before


async def test_what_never_changes_does_not_change_after_it(
    world: World, api: httpx.AsyncClient, owner: asyncpg.Connection, owner_url: str
) -> None:
    past = Past(world.pool)
    await sold(api, past)
    await retell(owner_url, world.tenant_id, past.moments)

    assert await owner.fetch(DISABLED) == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="reverse it"):
        await owner.execute(
            "update ledger.entry set created_at = now() where tenant_id = $1", world.tenant_id
        )


async def test_the_application_cannot_tell_a_past(
    world: World, api: httpx.AsyncClient, app_url: str
) -> None:
    past = Past(world.pool)
    _, order = await sold(api, past)

    with pytest.raises(asyncpg.PostgresError):
        await retell(app_url, world.tenant_id, past.moments)

    after = (await api.get(f"/v1/orders/{order['id']}")).json()
    assert after["created_at"] == order["created_at"]


async def test_moments_keep_their_order(world: World) -> None:
    past = Past(world.pool)
    for told_at in (LATER, LONG_AGO):
        await past.begin(told_at)
    await past.end()

    told = [moment.told_at for moment in past.moments]
    begun = [moment.begun_at for moment in past.moments]
    assert told == sorted(told)
    assert told[1] - told[0] == begun[1] - begun[0]
    assert past.moments[-1] == Moment(begun[-1], begun[-1])
