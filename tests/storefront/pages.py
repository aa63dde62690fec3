"""Pages: what a browser asks for with a key that everybody can read."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from guilder import identity
from guilder.identity import KeyKind
from guilder.identity.api_key import PUBLIC_SCOPES
from tests.checkout.buying import Shown, good
from tests.http.doors import calling
from tests.world import World

ORIGIN = "https://shop.example"


@asynccontextmanager
async def page_of(world: World, *scopes: str) -> AsyncIterator[httpx.AsyncClient]:
    """A page with a publishable key of the tenant."""
    issued = await world.do(
        lambda tx: identity.create_api_key(
            tx,
            world.operator,
            name="Page",
            kind=KeyKind.PUBLISHABLE,
            scopes=list(scopes or PUBLIC_SCOPES),
        )
    )
    async with calling(world.system.door(), world, secret=issued.secret) as client:
        client.headers["origin"] = ORIGIN
        yield client


async def opened(page: httpx.AsyncClient, *lines: Shown, **further: Any) -> Shown:
    """An open cart with these lines."""
    wanted = {"currency": "EUR", "lines": lines} | further
    return good(await page.post("/v1/storefront/carts", json=wanted))


async def looked_at(page: httpx.AsyncClient, cart: Shown) -> Shown:
    return good(await page.get(f"/v1/storefront/carts/{cart['id']}"), 200)


async def changed(page: httpx.AsyncClient, cart: Shown, **changes: Any) -> httpx.Response:
    return await page.patch(f"/v1/storefront/carts/{cart['id']}", json=changes)


async def added(page: httpx.AsyncClient, cart: Shown, *lines: Shown) -> httpx.Response:
    return await page.post(f"/v1/storefront/carts/{cart['id']}/lines", json={"lines": lines})


async def asked_for(page: httpx.AsyncClient, cart: Shown, **further: Any) -> httpx.Response:
    """Ask to pay for a cart."""
    wanted = {"cart_id": cart["id"]} | further
    return await page.post("/v1/storefront/checkouts", json=wanted)


async def shown(page: httpx.AsyncClient, currency: str = "EUR", **query: Any) -> list[Shown]:
    """What is sold, as a page lists it."""
    answer = await page.get("/v1/storefront/products", params={"currency": currency} | query)
    found: list[Shown] = good(answer, 200)["data"]
    return found
