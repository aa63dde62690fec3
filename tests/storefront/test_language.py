"""The language that a buyer chose stays theirs, from the page to the letter."""

import re

from playwright.async_api import Browser, Page, expect

from tests.checkout.shop import Shop
from tests.pages.browser import window
from tests.storefront.pay.buyers import HOME, path_of
from tests.storefront.pay.stages import rich
from tests.storefront.receipts.following import browsing, seen
from tests.storefront.receipts.post import carry, letters, somebody, waiting


async def says(page: Page, heading: str) -> None:
    """The page is in German, and this is its heading."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(heading))
    await expect(page.locator("html")).to_have_attribute("lang", "de")


async def test_who_chose_german_is_spoken_to_in_german_to_the_end(
    shop: Shop, chromium: Browser
) -> None:
    session, ada = await rich(shop), somebody()

    async with window(chromium, "narrow", locale="en-US") as opened:
        page = opened.page
        await opened.go(path_of(session))
        await page.get_by_role("link", name="Deutsch").click()
        await page.get_by_role("button", name="bezahlen").click()
        await expect(page.get_by_role("alert")).to_contain_text("Geben Sie Ihren Namen ein.")
        await page.get_by_label("E-Mail").fill(ada["email"])
        await page.get_by_label("Name").fill(ada["name"])
        await page.get_by_label("Straße und Hausnummer").fill(HOME["line1"])
        await page.get_by_label("Ort").fill(HOME["city"])
        await page.get_by_label("Visa mit den Endziffern 3184").check()
        await page.get_by_role("button", name="207,45 € bezahlen").click()
        await page.get_by_role("button", name="Confirm payment").click()
        await says(page, "Vielen Dank!")
        await page.get_by_role("link", name="Bestellung verfolgen").click()
        await says(page, "Bestellung 1001")
        await expect(page.get_by_text("207,45 €")).to_be_visible()
        await page.get_by_role("link", name="Beleg ansehen").click()
        await says(page, "Beleg zur Bestellung 1001")

    await carry(shop, *await waiting(shop))
    (letter,) = letters(shop, ada["email"])
    link = re.search(r"/orders/go_\S+", letter.text)
    assert link is not None
    assert letter.kept.language == "de"
    async with browsing(shop.world, "en-US,en;q=0.9") as browser:
        assert "<h1>Bestellung 1001</h1>" in await seen(browser, link[0])
        english = await seen(browser, f"{link[0]}?language=en")
    assert "<h1>Order 1001</h1>" in english


async def test_a_letter_is_in_the_language_of_the_browser_where_none_was_chosen(
    shop: Shop, chromium: Browser
) -> None:
    session = await shop.checkout(await shop.cart((await shop.product("24.00"), 1)))
    ada = somebody()

    async with window(chromium, locale="es-MX") as opened:
        await opened.go(path_of(session))
        await opened.page.get_by_label("Correo electrónico").fill(ada["email"])
        await opened.page.get_by_label("Nombre").fill(ada["name"])
        await opened.page.get_by_role("button", name="Pagar").click()
        await expect(opened.page.locator("html")).to_have_attribute("lang", "es")
        await expect(opened.page.locator(".pay-facts")).to_be_visible()

    await carry(shop, *await waiting(shop))
    (letter,) = letters(shop, ada["email"])
    assert letter.kept.language == "es"
