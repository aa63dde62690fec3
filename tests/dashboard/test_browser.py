"""The merchant's pages in chromium: they can be read, reached and used by everybody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from playwright.async_api import Browser, expect

from guilder.app import System
from guilder.checkout.orders import WholeOrder
from tests.checkout.shop import Shop
from tests.dashboard.merchants import Merchant, selling
from tests.dashboard.test_troubles import DEAD, DISPUTED, DUE, FAILS_LATER, decline
from tests.http.serving import Served
from tests.identity.people import PASSWORD, signed_up, somebody
from tests.identity.second_factor.authenticator import with_authenticator
from tests.pages.browser import MOST_BYTES, SIZES, Window, chromium_at, window

LONG = "The Royal Amsterdam Society for Hand-painted Tulip Vases and " + "Herengracht" * 8
ARABIC = "متجر الزهور اليدوية"
CUT_OFF = """
    () => [...document.querySelectorAll("details[open] .story-known")]
        .filter(one => one.scrollWidth > one.clientWidth).length
"""
BEFORE = "update checkout.placed_order set created_at = now() - $2::interval where id = $1"


@pytest.fixture(scope="module")
async def chromium(served: Served) -> AsyncIterator[Browser]:
    async with chromium_at(served.port) as browser:
        yield browser


async def lively(merchant: Merchant, **further: Any) -> None:
    """Sales in two currencies on several days, and a trouble of every kind."""
    shop = merchant.shop
    vase = await shop.product("24.00", name="Tulip vase")
    mug = await shop.product("8.50", name=ARABIC, currency="USD")
    for day in range(6):
        whole = await shop.paid_order((vase, 1 + day % 3), **further)
        await turned_back(shop, whole, days=day * 11)
    await shop.paid_order((mug, 2), currency="USD")
    await shop.refund(await shop.paid_order((vase, 1), method=FAILS_LATER))
    await shop.paid_order((vase, 4), method=DISPUTED)
    await decline(merchant)
    await shop.till.work()
    await shop.owner.execute(DUE, merchant.person.tenant_id)
    await shop.owner.execute(DEAD, merchant.person.tenant_id)


async def turned_back(shop: Shop, whole: WholeOrder, *, days: int) -> None:
    """An order that was placed so long ago, which is nobody's to say but a test's."""
    async with shop.owner.transaction():
        await shop.owner.execute("set local session_replication_role = replica")
        await shop.owner.execute(BEFORE, whole.order.id, timedelta(days=days))


async def as_merchant(seen: Window, merchant: Merchant) -> None:
    """Sign in without the form."""
    await seen.know("guilder_session", merchant.person.token)


async def looked_at(chromium: Browser, merchant: Merchant, name: str) -> None:
    """The overview at every size and in every light, with all that opens opened."""
    async with window(chromium) as seen:
        await as_merchant(seen, merchant)
        await seen.go("/")
        assert await seen.weight() <= MOST_BYTES * 2
        assert await seen.complaints_in_every_light(f"home-{name}") == []

        for one in await seen.page.locator("summary").all():
            await one.click()
        assert await seen.complaints_in_every_light(f"home-{name}-open") == []
        assert await seen.page.evaluate(CUT_OFF) == 0
        assert seen.strangers == set()


async def test_an_empty_overview_can_be_read(merchant: Merchant, chromium: Browser) -> None:
    await looked_at(chromium, merchant, "empty")


async def test_a_lively_overview_can_be_read(merchant: Merchant, chromium: Browser) -> None:
    await lively(merchant)

    await looked_at(chromium, merchant, "lively")


@pytest.mark.parametrize("name", [LONG, ARABIC], ids=["long", "arabic"])
async def test_names_of_any_length_and_direction_can_be_read(
    system: System, owner: asyncpg.Connection, *, chromium: Browser, name: str
) -> None:
    async with selling(system, owner, tenant_name=name) as merchant:
        await merchant.shop.till.paid("20.00", description=name * 2)
        await merchant.shop.till.paid("1234567.89", description=name)
        await merchant.shop.till.failed("20.00", description=name)

        await looked_at(chromium, merchant, "long" if name is LONG else "arabic")


@pytest.mark.parametrize("size", SIZES)
async def test_a_merchant_without_scripts_reads_what_happened_to_a_payment(
    merchant: Merchant, *, chromium: Browser, size: str
) -> None:
    await merchant.shop.paid_order()

    async with window(chromium, size, java_script_enabled=False) as seen:
        await as_merchant(seen, merchant)
        await seen.go("/")
        told = seen.page.get_by_text("20.00 EUR was taken.")
        await expect(told).to_be_hidden()
        await seen.page.locator(".story summary").click()
        await expect(told).to_be_visible()


PAGES = ("sign-in", "sign-up", "reset-password", "reset-password?token=x", "verify-email?token=x")


@pytest.mark.parametrize("path", [*PAGES, "change-email?token=x", "invitation?token=x"])
async def test_a_page_of_the_entrance_can_be_read(chromium: Browser, path: str) -> None:
    name = path.replace("?token=x", "-by-mail")
    async with window(chromium) as seen:
        await seen.go(f"/{path}")
        assert await seen.complaints_in_every_light(name) == []

        await seen.page.locator("button").first.click()
        assert await seen.complaints_in_every_light(f"{name}-wrong") == []
        assert seen.strangers == set()


@pytest.mark.parametrize("with_device", [True, False])
async def test_somebody_with_a_second_factor_signs_in_with_the_code_or_without_the_device(
    system: System, owner: asyncpg.Connection, *, chromium: Browser, with_device: bool
) -> None:
    now = await owner.fetchval("select extract(epoch from clock_timestamp())")
    async with signed_up(system) as person, window(chromium) as seen:
        device = await with_authenticator(person, float(now), owner)
        page = seen.page
        await seen.go("/sign-in")
        await page.get_by_label("E-mail or username").fill(person.email)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_label("Password")).to_be_focused()
        await expect(page.locator(".told-wrong")).to_have_count(0)
        assert await seen.complaints_in_every_light("sign-in-code") == []

        await page.get_by_label("Password").fill(PASSWORD)
        if with_device:
            await page.get_by_label("Code of your second factor").fill(device.code(float(now)))
        else:
            await page.get_by_text("I do not have my device").click()
            await page.get_by_label("Recovery code").fill(device.recovery_codes[0])
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")


@pytest.mark.parametrize("size", SIZES)
async def test_somebody_without_scripts_signs_up_and_out_and_in_again(
    chromium: Browser, size: str
) -> None:
    new = somebody()

    async with window(chromium, size, java_script_enabled=False) as seen:
        page = seen.page
        await seen.go("/sign-up")
        await page.get_by_label("Your name").fill(new["name"])
        await page.get_by_label("Name of your business").fill(ARABIC)
        await page.get_by_label("E-mail").fill(new["email"])
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Open account").click()
        await expect(page.get_by_text(ARABIC)).to_be_visible()
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("E-mail or username").fill(new["email"])
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
