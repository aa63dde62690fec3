"""A buyer with an order's link, in a browser without JavaScript."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from guilder.checkout.orders import WholeOrder
from guilder.storefront.receipts.links import Linked
from tests.checkout.shop import Shop
from tests.world import World

TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def link_of(world: World, whole: WholeOrder) -> str:
    """The path of an order's page."""
    token = world.system.order_links.token(Linked(world.tenant_id, whole.order.id))
    return f"/orders/{token}"


@asynccontextmanager
async def browsing(world: World, language: str = "en") -> AsyncIterator[httpx.AsyncClient]:
    """A browser that reads this language."""
    transport = httpx.ASGITransport(app=world.system.door(), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://guilder.test",
        headers={"accept-language": language},
    ) as browser:
        yield browser


async def seen(browser: httpx.AsyncClient, path: str, status: int = 200) -> str:
    """A page as it is read: with what was escaped as it is shown."""
    answer = await browser.get(path)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def send_back(
    browser: httpx.AsyncClient, path: str, whole: WholeOrder, *pieces: Any, **fields: Any
) -> httpx.Response:
    """Open the page, fill in its form and send it."""
    page = await browser.get(path)
    shown = TOKEN.search(page.text)
    form = {"form_token": shown[1] if shown else "", **fields}
    form |= {
        f"pieces-{line.id}": str(count) for line, count in zip(whole.lines, pieces, strict=False)
    }
    return await browser.post(f"{path}/returns", data=form)


async def sold(shop: Shop, **further: Any) -> WholeOrder:
    """Three vases and a pot, sold to Ada in Amsterdam."""
    vase = await shop.product("24.00", name="Tulip vase")
    pot = await shop.product("5.00", name="Pot")
    return await shop.paid_order((vase, 3), (pot, 1), **further)
