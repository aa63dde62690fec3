"""Doors of a test's own: with endpoints that do what a test needs, and limits that it can reach."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from guilder.app import System
from guilder.http import Door, Endpoint, Gatekeeper, Rates, Reception
from guilder.kernel import CursorSeal, Vault
from tests.world import World


def door_of(
    system: System, *endpoints: Endpoint, gatekeeper: Gatekeeper | None = None, **limits: Any
) -> Door:
    """A door with these endpoints beside those of the system."""
    reception = Reception(
        pool=system.pool,
        gatekeeper=gatekeeper or system.gate,
        seal=CursorSeal(system.settings.secret),
        vault=Vault(*system.settings.secrets),
        rates=Rates(),
    )
    return Door([*system.endpoints, *endpoints], reception, **limits)


@asynccontextmanager
async def calling(
    door: Door, world: World, *scopes: str, secret: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A program of the tenant that comes through this door."""
    secret = secret or (await world.key(*(scopes or ("*",)))).secret
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=door),
        base_url="http://guilder.test",
        headers={"authorization": f"Bearer {secret}"},
    ) as client:
        yield client


class Gate:
    """Where work waits until the test lets it go on."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()

    async def wait(self) -> None:
        self.reached.set()
        await self.opened.wait()
