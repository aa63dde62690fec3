"""An order's page and its receipt in chromium: they can be read and used by everybody."""

from playwright.async_api import Browser, expect

from tests.checkout.shop import Shop
from tests.pages.browser import MOST_BYTES, SITE, window
from tests.storefront.pay.stages import dressed, goods
from tests.storefront.receipts.following import link_of

LONG_TRACKING = "3S" + "0123456789" * 6
REASON = "The handle came off on the way here, and " + "verylong" * 8


async def test_an_order_can_be_read_and_sent_back_at_every_size_and_in_every_light(
    shop: Shop, chromium: Browser
) -> None:
    await dressed(shop)
    await shop.tax("21")
    way = await shop.shipping("4.95", name="Post, two days")
    whole = await shop.paid_order(*await goods(shop), shipping_option_id=way.id)
    path = link_of(shop.world, whole)

    async with window(chromium) as seen:
        await seen.go(path)
        await seen.keep("order-placed")
        assert await seen.complaints() == []
        assert await seen.weight() <= MOST_BYTES

        await shop.fulfil(
            whole,
            1,
            1,
            2,
            carrier="PostNL",
            tracking_number=LONG_TRACKING,
            tracking_url="https://post.example/3S1",
        )
        await shop.refund(whole, minor=1000)
        await shop.announce(whole, 0, 0, 1)
        await seen.go(path)
        await seen.page.get_by_text("Send something back").click()
        await seen.page.get_by_label("Tulip vase").fill("1")
        await seen.page.get_by_label("Why?").fill(REASON)
        await seen.page.get_by_role("button", name="Announce").click()
        await expect(seen.page.get_by_text(REASON)).to_be_visible()
        await seen.page.get_by_text("Send something back").click()
        await seen.page.get_by_role("button", name="Announce").click()
        await expect(seen.page.get_by_role("alert")).to_be_visible()
        assert await seen.complaints_in_every_light("order-followed") == []

        await seen.go(f"{path}/receipt")
        assert await seen.complaints_in_every_light("receipt") == []

        await seen.go(path)
        await seen.page.get_by_role("button", name="Get an invoice").click()
        await seen.keep("order-invoiced")
        await seen.page.get_by_role("link", name="Show the invoice").click()
        assert await seen.complaints_in_every_light("invoice") == []
        await seen.go("/orders/go_nothing")
        await seen.keep("order-unknown")
        assert await seen.complaints() == []
        assert await seen.page.locator("script").count() == 0
    assert seen.strangers == set()


async def test_an_order_is_sent_back_by_keyboard_without_scripts(
    shop: Shop, chromium: Browser
) -> None:
    whole = await shop.paid_order((await shop.product("24.00"), 3))
    await shop.fulfil(whole)

    async with window(chromium, "narrow", java_script_enabled=False) as seen:
        keys = seen.page.keyboard
        await seen.go(link_of(shop.world, whole))
        await seen.page.locator("summary").focus()
        await keys.press("Enter")
        await keys.press("Tab")
        await keys.type("2")
        await keys.press("Tab")
        await keys.type("Too small")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(seen.page.get_by_text("Too small")).to_be_visible()
        assert seen.page.url.startswith(f"{SITE}/orders/")
    assert [line.awaited for line in (await shop.look(whole)).lines] == [2]
