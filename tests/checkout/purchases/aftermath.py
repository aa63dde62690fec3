"""What follows a purchase: its buyer acts, its order stumbles, the relay goes on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from guilder import events
from guilder.checkout.sessions.expiry import ExpireCheckouts, expire
from tests.checkout.buying import THREE_D_SECURE, Shown, good, pay
from tests.checkout.shop import Shop

HELD = "select consumer from events.cursor where tenant_id = $1 for update"
STUMBLE = "update checkout.number set last = last - 1 where tenant_id = $1"


async def orders_of(api: httpx.AsyncClient) -> list[Shown]:
    found: list[Shown] = good(await api.get("/v1/orders"), 200)["data"]
    return found


async def statuses_of(api: httpx.AsyncClient) -> list[str]:
    """Of the payments, oldest first."""
    found = good(await api.get("/v1/payments", params={"limit": 100}), 200)["data"]
    return [one["status"] for one in reversed(found)]


async def waiting(api: httpx.AsyncClient, checkout: Shown) -> Shown:
    """A purchase whose buyer has to act."""
    shown = good(await pay(api, checkout, THREE_D_SECURE))
    assert shown["payment_status"] == "requires_action"
    assert shown["next_action_url"].startswith("http://guilder.test/sandbox/")
    return shown


async def stumbling(shop: Shop) -> None:
    """The next order finds its number taken, and the one after that does not.

    So whoever makes it fails once, deep in its work, for a reason of the database's own.
    """
    await shop.paid_order((await shop.product(name="Before"), 1))
    await shop.owner.execute(STUMBLE, shop.world.tenant_id)


async def relayed(shop: Shop) -> None:
    """Everything is carried to the log, and every consumer has heard of it twice."""
    world = shop.world
    await world.all_relayed(shop.owner)
    consumers = [each.as_consumer() for each in world.system.companions]
    for _ in range(2):
        await events.deliver(world.pool, consumers, world.tenant_id)


@asynccontextmanager
async def unheard(shop: Shop) -> AsyncIterator[None]:
    """No consumer hears of what happens here, not by another test's relay either."""
    await relayed(shop)
    async with shop.owner.transaction():
        held = await shop.owner.fetch(HELD, shop.world.tenant_id)
        assert held, "the relay passes by what is held"
        yield


async def expired(shop: Shop) -> None:
    await shop.world.do(lambda tx: expire(tx, ExpireCheckouts()))
