"""The payment page in chromium: it can be read, reached and used by everybody."""

import httpx
import pytest
from playwright.async_api import Browser, expect

from guilder.storefront.pay.speech import texts_in
from tests.checkout.shop import Shop
from tests.pages.browser import MOST_BYTES, SITE, SIZES, Window, window
from tests.storefront.pay.buyers import ADA, HOME, Buyer, path_of
from tests.storefront.pay.stages import STAGES, in_stage, rich


@pytest.mark.parametrize("stage", STAGES)
async def test_every_stage_can_be_read_at_every_size_and_in_every_light(
    shop: Shop, buyer: Buyer, api: httpx.AsyncClient, *, chromium: Browser, stage: str
) -> None:
    path = await in_stage(stage, shop, buyer, api)

    async with window(chromium) as seen:
        await seen.go(path)
        await seen.stand_still()

        heading = texts_in("en").get(f"{stage}_title", "Pay Tulip & Sons")
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert await seen.complaints_in_every_light(f"pay-{stage}") == []
        assert seen.strangers == set()
        assert await seen.page.locator("script").count() == 0


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_wrong_can_be_read_and_is_reached_first(
    shop: Shop, *, chromium: Browser, size: str
) -> None:
    session = await rich(shop)

    async with window(chromium, size) as seen:
        await seen.go(path_of(session))
        await seen.page.get_by_role("button", name="Pay €").click()
        await expect(seen.page.get_by_role("alert")).to_contain_text("Enter your name.")
        await seen.keep("pay-wrong")
        complaints = await seen.complaints()
        await seen.page.get_by_role("link", name="Enter your name.").click()
        focused = await seen.page.evaluate("document.activeElement.id")

    assert complaints == []
    assert focused == "name"


async def fill_in(seen: Window) -> None:
    await seen.page.get_by_label("E-mail").fill(ADA["email"])
    await seen.page.get_by_label("Name").fill(ADA["name"])
    await seen.page.get_by_label("Street and number").fill(HOME["line1"])
    await seen.page.get_by_label("City").fill(HOME["city"])


@pytest.mark.parametrize("size", SIZES)
async def test_a_buyer_without_scripts_pays_and_is_asked_by_the_bank(
    shop: Shop, *, chromium: Browser, size: str
) -> None:
    session = await rich(shop)

    async with window(chromium, size, java_script_enabled=False) as seen:
        await seen.go(path_of(session))
        await fill_in(seen)
        await seen.page.get_by_label("Visa ending in 3184").check()
        await seen.page.get_by_role("button", name="Pay €").click()
        await seen.page.get_by_role("button", name="Confirm payment").click()
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Thank you!")

    assert (await shop.order_of(session)).order.total_minor == session.total_minor


async def test_a_buyer_with_nothing_but_a_keyboard_pays(shop: Shop, chromium: Browser) -> None:
    session = await shop.checkout(await shop.cart((await shop.product("24.00"), 1)))

    async with window(chromium) as seen:
        keys = seen.page.keyboard
        await seen.go(path_of(session))
        while await seen.page.evaluate("document.activeElement.id") != "email":
            await keys.press("Tab")
        await keys.type(ADA["email"])
        await keys.press("Tab")
        await keys.type(ADA["name"])
        await keys.press("Tab")
        await keys.press("ArrowDown")
        await keys.press("ArrowUp")
        outline = await seen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        await keys.press("Tab")
        await keys.press("Enter")
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Thank you!")

    assert outline == "solid"


async def test_a_wide_page_keeps_what_it_costs_in_sight(shop: Shop, chromium: Browser) -> None:
    session = await rich(shop)

    async with window(chromium) as seen:
        await seen.page.set_viewport_size({"width": 1280, "height": 700})
        await seen.go(path_of(session))
        await seen.page.get_by_role("button", name="Pay €").scroll_into_view_if_needed()

        await expect(seen.page.locator(".bill-headline")).to_be_in_viewport()


async def test_a_narrow_page_folds_what_is_bought_and_takes_a_code(
    shop: Shop, chromium: Browser
) -> None:
    session = await rich(shop)

    async with window(chromium, "narrow") as seen:
        await seen.go(path_of(session))
        line = seen.page.locator(".bill-folded").get_by_text("Tulip vase")
        await expect(line).to_be_hidden()
        await seen.page.get_by_text("Order summary").click()
        await expect(line).to_be_visible()
        await seen.page.locator(".bill-folded").get_by_label("Promotion code").fill("NOTHING")
        await seen.page.get_by_role("button", name="Apply").click()
        await expect(seen.page.get_by_text("There is no such code.").first).to_be_visible()
        await seen.keep("pay-code")
        complaints = await seen.complaints()

    assert complaints == []


async def test_a_paid_page_leads_to_the_order_and_to_its_receipt(
    shop: Shop, buyer: Buyer, chromium: Browser
) -> None:
    session = await rich(shop)
    await buyer.pay(session, "visa", **HOME)
    number = (await shop.order_of(session)).order.number

    async with window(chromium, "narrow", java_script_enabled=False) as seen:
        heading = seen.page.get_by_role("heading", level=1)
        await seen.go(path_of(session))
        await seen.page.get_by_role("link", name="Follow your order").click()
        await expect(heading).to_have_text(f"Order {number}")
        await seen.go(path_of(session))
        await seen.page.get_by_role("link", name="Show the receipt").click()
        await expect(heading).to_have_text(f"Receipt for order {number}")


async def test_a_first_load_weighs_no_more_than_it_may(shop: Shop, chromium: Browser) -> None:
    session = await rich(shop)

    async with window(chromium) as seen:
        await seen.go(path_of(session))
        weight = await seen.weight()

    kinds = {one.request.resource_type for one in seen.loaded if one.url.startswith(SITE)}
    assert kinds == {"document", "stylesheet"}
    assert 2_000 < weight <= MOST_BYTES
