"""The page of the documentation sells, in a real browser and from an origin of its own."""

import re
from pathlib import Path

import httpx
import pytest

from tests.checkout.buying import good
from tests.checkout.shop import Shop
from tests.house import ROOT
from tests.http.serving import Served
from tests.storefront.browser import CHROMIUM, hosted, seen_at

DOCUMENT = (ROOT / "docs" / "storefront.md").read_text("utf-8")
(PAGE,) = re.findall(r"^```html\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)

BUYING = """
<script type="module">
  new MutationObserver(() => document.querySelector("button:enabled")?.click())
    .observe(document.getElementById("products"), { childList: true });
</script>
"""
"""Somebody who buys the first thing that can be bought."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no browser")


def page_with(key: str, served: Served) -> str:
    """The page as a shop would have it, with its own address and key."""
    filled = PAGE.replace("https://guilder.shop.example", f"http://127.0.0.1:{served.port}")
    return filled.replace("gpk_live_…", key)


def key_of(page: httpx.AsyncClient) -> str:
    return page.headers["authorization"].removeprefix("Bearer ")


async def test_a_page_shows_what_is_sold(
    page: httpx.AsyncClient, shop: Shop, served: Served, tmp_path: Path
) -> None:
    await shop.product("24.00", name="Tulip <b>vase</b>")
    await shop.product("5.00", name="Last pot", stock=0)

    async with hosted(page_with(key_of(page), served)) as address:
        seen = await seen_at(address, tmp_path)

    assert "Tulip &lt;b&gt;vase&lt;/b&gt; <button>Buy for €24.00</button>" in seen
    assert 'Last pot <button disabled="">Sold out</button>' in seen


async def test_a_page_reads_why_it_was_refused(
    page: httpx.AsyncClient, served: Served, tmp_path: Path
) -> None:
    async with hosted(page_with(f"{key_of(page)[:-1]}_", served)) as address:
        seen = await seen_at(address, tmp_path)

    assert "Send a valid key or session" in seen


async def test_a_page_sends_its_buyer_on_to_pay(
    page: httpx.AsyncClient, shop: Shop, served: Served, *, api: httpx.AsyncClient, tmp_path: Path
) -> None:
    await shop.product("24.00", name="Tulip vase", stock=1)

    async with hosted(page_with(key_of(page), served) + BUYING) as address:
        await seen_at(address, tmp_path)

    (checkout,) = good(await api.get("/v1/checkouts"), 200)["data"]
    assert (checkout["amount_total"], checkout["success_url"]) == (2400, address)
