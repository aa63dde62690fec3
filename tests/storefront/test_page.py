"""The page of the documentation sells, in a real browser and from an origin of its own."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from playwright.async_api import Page, expect

from tests.checkout.buying import good
from tests.checkout.shop import Shop
from tests.house import ROOT
from tests.http.serving import Served
from tests.pages.browser import MOST_MILLISECONDS, chromium_at
from tests.storefront.hosting import hosted

DOCUMENT = (ROOT / "docs" / "storefront.md").read_text("utf-8")
(PAGE,) = re.findall(r"^```html\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)


@asynccontextmanager
async def opened(html: str, served: Served) -> AsyncIterator[Page]:
    """A page of a shop, from an origin of its own, in a browser that answers nothing itself."""
    async with hosted(html) as address, chromium_at(served.port) as chromium:
        seen = await chromium.new_page()
        seen.set_default_timeout(MOST_MILLISECONDS)
        await seen.goto(address)
        yield seen


def page_with(key: str, served: Served) -> str:
    """The page as a shop would have it, with its own address and key."""
    filled = PAGE.replace("https://guilder.shop.example", f"http://127.0.0.1:{served.port}")
    return filled.replace("gpk_live_…", key)


def key_of(page: httpx.AsyncClient) -> str:
    return page.headers["authorization"].removeprefix("Bearer ")


async def test_a_page_shows_what_is_sold(
    page: httpx.AsyncClient, shop: Shop, served: Served
) -> None:
    await shop.product("24.00", name="Tulip <b>vase</b>")
    await shop.product("5.00", name="Last pot", stock=0)

    async with opened(page_with(key_of(page), served), served) as seen:
        vase = seen.get_by_text("Tulip <b>vase</b>")
        pot = seen.get_by_text("Last pot")
        await expect(vase.get_by_role("button", name="Buy for €24.00")).to_be_enabled()
        await expect(pot.get_by_role("button", name="Sold out")).to_be_disabled()


async def test_a_page_reads_why_it_was_refused(page: httpx.AsyncClient, served: Served) -> None:
    async with opened(page_with(f"{key_of(page)[:-1]}_", served), served) as seen:
        await expect(seen.get_by_text("Send a valid key or session")).to_be_visible()


async def test_a_page_sends_its_buyer_on_to_pay(
    page: httpx.AsyncClient, shop: Shop, served: Served, *, api: httpx.AsyncClient
) -> None:
    await shop.product("24.00", name="Tulip vase", stock=1)

    async with opened(page_with(key_of(page), served), served) as seen:
        address = seen.url
        async with seen.expect_request("**/pay/**"):
            await seen.get_by_role("button", name="Buy for €24.00").click()

    (checkout,) = good(await api.get("/v1/checkouts"), 200)["data"]
    assert (checkout["amount_total"], checkout["success_url"]) == (2400, address)
