"""The payment page in chromium: it can be read, reached and used by everybody."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from guilder import identity
from guilder.checkout import Session
from guilder.identity import TenantChanges
from tests.checkout.buying import over, soon
from tests.checkout.shop import Shop
from tests.http.serving import Served
from tests.storefront.pay.buyers import ADA, HOME, Buyer, path_of
from tests.storefront.pay.chromium import MOST_BYTES, SIZES, Window, chromium_at, window

LONG = "Hand-painted vase for a single tulip, after a drawing of " + "Amsterdam" * 6
ARABIC = "مزهرية زهور يدوية الصنع"


@pytest.fixture(scope="module")
async def chromium(served: Served) -> AsyncIterator[Browser]:
    async with chromium_at(served.port) as browser:
        yield browser


async def rich(shop: Shop, **further: object) -> Session:
    """A checkout with all that a summary can hold."""
    await shop.sells_by(
        seller_country="NL", brand_color="#d9381e", support_email="help@tulips.example"
    )
    changes = TenantChanges(name="Tulip & Sons", statement_descriptor="TULIPS")
    await shop.world.do(lambda tx: identity.update_tenant(tx, changes))
    await shop.tax("21")
    way = await shop.shipping("4.95", name="Post, two days")
    vase = await shop.product("24.00", name="Tulip vase")
    other = await shop.product("139.50", name=LONG)
    third = await shop.product("5.00", name=ARABIC)
    cart = await shop.cart((vase, 2), (other, 1), (third, 3), shipping_option_id=way.id)
    return await shop.checkout(
        cart, success_url="https://tulips.example/", cancel_url="https://tulips.example/", **further
    )


async def in_stage(stage: str, shop: Shop, buyer: Buyer) -> str:
    """Where the page of a checkout in this stage is."""
    if stage == "unknown":
        return "/pay/nothing"
    if stage == "expired":
        session = await rich(shop, expires_at=await soon(shop))
        await over(shop, {"expires_at": session.expires_at.isoformat()})
        return path_of(session)
    session = await rich(shop)
    if stage in {"paid", "action"}:
        await buyer.pay(session, "visa" if stage == "paid" else "secure", **HOME)
    if stage == "declined":
        await buyer.pay(session, "funds", **HOME)
    if stage == "closed":
        await shop.world.do(identity.suspend)
    return path_of(session)


STAGES = ("open", "declined", "action", "paid", "expired", "closed", "unknown")


@pytest.mark.parametrize("stage", STAGES)
async def test_every_stage_can_be_read_at_every_size_and_in_every_light(
    shop: Shop, buyer: Buyer, *, chromium: Browser, stage: str
) -> None:
    path = await in_stage(stage, shop, buyer)

    for size in SIZES:
        for scheme in ("light", "dark"):
            async with window(chromium, size, scheme) as seen:
                await seen.go(path)
                await seen.keep(stage)

                assert await seen.complaints() == []
                assert seen.strangers == set()
                assert await seen.weight() <= MOST_BYTES


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_wrong_can_be_read_and_is_reached_first(
    shop: Shop, *, chromium: Browser, size: str
) -> None:
    session = await rich(shop)

    async with window(chromium, size) as seen:
        await seen.go(path_of(session))
        await seen.page.get_by_role("button", name="Pay €").click()
        await expect(seen.page.get_by_role("alert")).to_contain_text("Enter your name.")
        await seen.keep("wrong")
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
        await seen.keep("code")
        complaints = await seen.complaints()

    assert complaints == []
