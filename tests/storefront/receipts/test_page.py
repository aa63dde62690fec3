"""Whoever has an order's link follows it, keeps its receipt, and sends pieces back."""

import httpx
import pytest

from guilder import identity
from guilder.checkout.fulfilments.fulfilments import call_back
from guilder.checkout.returns.returns import returns_of
from tests.checkout.shop import Shop
from tests.storefront.receipts.following import browsing, link_of, seen, send_back, sold
from tests.world import World


async def test_an_order_is_followed_from_its_beginning(shop: Shop, world: World) -> None:
    whole = await sold(shop)
    path = link_of(world, whole)

    async with browsing(world) as browser:
        page = await seen(browser, path)
        assert f"<h1>Order {whole.order.number}</h1>" in page
        assert "Paid" in page
        assert "Not sent yet" in page
        assert "Nothing is on its way yet." in page
        assert "Send something back" not in page

        parcel = await shop.fulfil(
            whole,
            2,
            carrier="PostNL",
            tracking_number="3S1",
            tracking_url="https://post.example/3S1",
        )
        page = await seen(browser, path)
        assert "Partly sent" in page
        assert "PostNL 3S1" in page
        assert 'href="https://post.example/3S1"' in page
        assert "2 × <bdi>Tulip vase</bdi>" in page

        await world.do(lambda tx: call_back(tx, whole.order.id, parcel.id))
        page = await seen(browser, path)
        assert "Called back on" in page
        assert "https://post.example/3S1" not in page


async def test_pieces_are_announced_to_come_back(shop: Shop, world: World) -> None:
    whole = await sold(shop)
    await shop.fulfil(whole)
    path = link_of(world, whole)

    async with browsing(world, "de") as browser:
        answer = await send_back(browser, path, whole, 2, 0, reason="zu <klein>")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#returns")
        page = await seen(browser, path)

    assert "Angekündigt am" in page
    assert "2 × <bdi>Tulip vase</bdi>" in page
    assert "zu <klein>" in page
    (announced,) = await world.do(lambda tx: returns_of(tx, whole.order.id))
    assert (announced.created_by, announced.reason) == ("visitor", "zu <klein>")
    assert [line.awaited for line in (await shop.look(whole)).lines] == [2, 0]


@pytest.mark.parametrize(
    ("pieces", "reason", "status", "told"),
    [
        ((0, 0), "", 422, "Say how many pieces come back."),
        ((), "", 422, "Say how many pieces come back."),
        (("-1", "x"), "", 422, "Say how many pieces come back."),
        ((4, 0), "", 409, "There are not as many pieces"),
        ((1, 0), "a" * 501, 422, "The reason is too long"),
    ],
)
async def test_what_cannot_come_back_is_told_and_what_was_written_stays(
    shop: Shop, world: World, pieces: tuple[object, ...], reason: str, *, status: int, told: str
) -> None:
    whole = await sold(shop)
    await shop.fulfil(whole)
    path = link_of(world, whole)

    async with browsing(world) as browser:
        answer = await send_back(browser, path, whole, *pieces, reason=reason)

    assert answer.status_code == status
    assert told in answer.text
    assert reason in answer.text
    assert await world.do(lambda tx: returns_of(tx, whole.order.id)) == []


async def test_lines_of_other_orders_do_not_come_back_here(shop: Shop, world: World) -> None:
    mine, theirs = await sold(shop), await sold(shop)
    await shop.fulfil(mine)
    await shop.fulfil(theirs)

    async with browsing(world) as browser:
        answer = await send_back(browser, link_of(world, mine), theirs, 1)

    assert answer.status_code == 409
    assert await world.do(lambda tx: returns_of(tx, theirs.order.id)) == []


async def test_a_form_from_elsewhere_announces_nothing(shop: Shop, world: World) -> None:
    whole = await sold(shop)
    await shop.fulfil(whole)
    path = link_of(world, whole)

    async with browsing(world) as browser, browsing(world) as other:
        await browser.get(path)
        answer = await browser.post(
            f"{path}/returns", data={f"pieces-{whole.lines[0].id}": "1", "form_token": "0" * 64}
        )
        assert answer.status_code == 403
        assert "This page was open for too long." in answer.text
        answer = await other.post(f"{path}/returns", data={f"pieces-{whole.lines[0].id}": "1"})
        assert answer.status_code == 403
    assert await world.do(lambda tx: returns_of(tx, whole.order.id)) == []


async def test_a_suspended_shop_shows_and_takes_nothing_a_cancelled_one_shows_nothing(
    shop: Shop, world: World
) -> None:
    whole = await sold(shop)
    await shop.fulfil(whole)
    path = link_of(world, whole)

    async with browsing(world) as browser:
        form = (await browser.get(path)).text
        await world.do(identity.suspend)
        assert "Send something back" in form
        assert "Send something back" not in await seen(browser, path)
        answer = await send_back(browser, path, whole, 1)
        assert answer.status_code == 403

        await world.do(identity.cancel)
        for more in ("", "/receipt", "/receipt.pdf"):
            assert "There is no order here." in await seen(browser, path + more, 404)


@pytest.mark.parametrize("token", ["go_nothing", "x", "go_" + "A" * 86])
async def test_without_the_link_there_is_no_order(world: World, token: str) -> None:
    async with browsing(world, "fr") as browser:
        for more in ("", "/receipt", "/receipt.pdf"):
            page = await seen(browser, f"/orders/{token}{more}", 404)
            assert "Il n'y a pas de commande ici." in page
        answer = await browser.post(f"/orders/{token}/returns", data={})
        assert answer.status_code == 404


async def test_the_receipt_is_read_in_the_language_of_the_browser_or_the_one_that_is_chosen(
    shop: Shop, world: World
) -> None:
    path = link_of(world, await sold(shop))

    async with browsing(world, "es-ES,es;q=0.9") as browser:
        assert "Recibo del pedido" in await seen(browser, f"{path}/receipt")
        assert "Reçu de la commande" in await seen(browser, f"{path}/receipt?language=fr")
        page = await seen(browser, f"{path}?language=de&utm_source=mail")
        assert f'href="{path}/receipt?language=de"' in page


async def test_the_tenants_programs_are_told_the_link(
    shop: Shop, world: World, api: httpx.AsyncClient
) -> None:
    whole = await sold(shop)

    url = (await api.get(f"/v1/orders/{whole.order.id}/buyer-page")).json()["url"]

    async with browsing(world) as browser:
        page = await seen(browser, url[url.index("/orders/") :])
    assert f"Order {whole.order.number}" in page


async def test_the_page_has_the_shops_colours_and_loads_nothing_from_elsewhere_but_its_logo(
    shop: Shop, world: World
) -> None:
    await shop.sells_by(brand_color="#7a1f5c", logo_url="https://tulip.example/logo.svg")
    path = link_of(world, await sold(shop))

    async with browsing(world) as browser:
        answer = await browser.get(path)

    policy = answer.headers["content-security-policy"]
    assert "style-src 'self' 'sha256-" in policy
    assert 'src="https://tulip.example/logo.svg"' in answer.text
    assert "--accent:#7a1f5c" in answer.text
    assert "<script" not in answer.text
    assert answer.headers["cache-control"] == "private, no-store"
