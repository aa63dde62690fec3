"""Telling: the shop lives through its story, one scene after the other."""

import asyncio
from collections.abc import Iterable
from itertools import groupby
from typing import Final

import msgspec

from guilder.app import System
from guilder.cli.reach import Reach
from guilder.cli.say import progress
from guilder.db import system_statement
from guilder.kernel import TenantId

from .counter import Counter
from .past import Past, clock, retell
from .shop import SHOWN_FIRST, TENANT, set_up
from .shopkeeper import Shopkeeper
from .story import Act, Scene, story

PARCELS: Final = {Act.SHIP, Act.DELIVER}


class Showpiece(msgspec.Struct, frozen=True):
    """What a newcomer sells first."""

    product_id: str
    variant_id: str
    price_id: str


async def tell(system: System, reach: Reach, counter: Counter, *, tenant_id: TenantId) -> Showpiece:
    """Set the shop up and let 90 days go by; answers what it shows first."""
    async with system_statement(system.pool) as tx:
        scenes = story(await clock(tx))
    await counter.patch("/v1/tenant", **TENANT)
    past = Past(system.pool)
    await past.begin(scenes[0].at.replace(hour=0, minute=0))
    variants, options = await set_up(counter)
    shopkeeper = Shopkeeper(counter, variants, options)
    await _live(shopkeeper, past, scenes)
    await past.end()
    if reach.owner_url is None:
        progress("Only the owner of the database can tell the past: all of it is from today")
    else:
        await retell(reach.owner_url, tenant_id, past.moments)
    (first,) = (one for one in variants if one["sku"] == SHOWN_FIRST)
    (price,) = (one for one in first["prices"] if one["currency"] == "EUR")
    return Showpiece(first["product_id"], first["id"], price["id"])


async def _live(shopkeeper: Shopkeeper, past: Past, scenes: Iterable[Scene]) -> None:
    """Play the scenes. Parcels go their way while buyers come by, as they do; it saves a while."""
    under_way: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:
        for (at, act), together in groupby(scenes, key=lambda scene: (scene.at, scene.act)):
            if act is not Act.VISIT:
                await asyncio.gather(*under_way)
            await past.begin(at)
            tasks = [group.create_task(shopkeeper.play(scene)) for scene in together]
            if act in PARCELS:
                under_way = tasks
            else:
                await asyncio.gather(*tasks)
