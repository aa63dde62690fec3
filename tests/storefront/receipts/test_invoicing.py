"""An invoice tells of the sale as it was, to the tenant and to the buyer who asks for it."""

import html
import re
from typing import Any

import httpx
import pytest

from guilder import identity
from guilder.customers import Address
from tests.checkout.shop import Shop
from tests.customers.people import ADA, erased, id_of, posted
from tests.payments.test_buyers import carried
from tests.storefront.receipts.following import TOKEN, browsing, link_of, seen, sold
from tests.storefront.receipts.post import carry, letters, parts_of, somebody, waiting


def read(answer: httpx.Response) -> str:
    """What is read, without its tags."""
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(text).replace("\xa0", " ").replace("\u202f", " ").split())


async def test_it_tells_of_the_sale_before_anything_was_given_back(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    home = Address(company="Tulip & Sons B.V.", line1="Damrak 1", city="Amsterdam", country="NL")
    await shop.sells_by(seller_country="NL", vat_number="NL853746333B01", seller_address=home)
    whole = await sold(shop)
    path = f"/v1/orders/{whole.order.id}/invoice"
    await api.post(f"{path}s")
    before = read(await api.get(path, params={"language": "de"}))

    await api.post(f"/v1/orders/{whole.order.id}/refunds", json={"amount": 500})
    await shop.sells_by(vat_number=None, seller_address=None)
    after = read(await api.get(path, params={"language": "de"}))

    assert after == before
    assert "Rechnung 1" in before
    assert re.search(r"Rechnungsnummer 1 Rechnungsdatum \d", before)
    assert f"Bestellnummer {whole.order.number}" in before
    assert "Tulip & Sons B.V. Damrak 1 Amsterdam Niederlande" in before
    assert "NL853746333B01" in before
    assert "77,00 €" in before
    assert "Erstattet" in read(await api.get(f"/v1/orders/{whole.order.id}/receipt?language=de"))


async def test_of_a_buyer_who_was_erased_it_says_nothing(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    ada = await posted(api, **ADA)
    home = Address(name="Ada Lovelace", line1="St James's Square", city="London", country="GB")
    whole = await sold(shop, customer_id=id_of(ada), billing_address=home)
    path = f"/v1/orders/{whole.order.id}/invoice"
    await api.post(f"{path}s")
    before = read(await api.get(path))

    await erased(api, ada)
    await carried(shop.till)
    after = read(await api.get(path))

    assert "Ada Lovelace" in before
    assert "Invoice 1" in after
    assert [word for word in ("Ada", "James", "London") if word in after] == []


async def test_it_is_had_on_paper(shop: Shop, api: httpx.AsyncClient) -> None:
    whole = await sold(shop)
    await api.post(f"/v1/orders/{whole.order.id}/invoices")

    answer = await api.get(f"/v1/orders/{whole.order.id}/invoice.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"] == 'inline; filename="invoice-1.pdf"'


async def test_a_buyer_who_asks_for_it_has_it_on_the_page_and_by_mail(shop: Shop) -> None:
    buyer = somebody()
    whole = await sold(shop, session=buyer)
    await carry(shop, *await waiting(shop))
    link = link_of(shop.world, whole)
    async with browsing(shop.world) as browser:
        before = await seen(browser, link)
        await seen(browser, f"{link}/invoice", 404)
        shown = TOKEN.search(before)
        assert shown
        form = {"form_token": shown[1]}
        pressed = [await browser.post(f"{link}/invoices", data=form) for _ in range(2)]
        after = await seen(browser, link)
        invoice = read(await browser.get(f"{link}/invoice"))
        paper = await browser.get(f"{link}/invoice.pdf")

    await carry(shop, *await waiting(shop))

    assert "Get an invoice" in before
    assert [one.status_code for one in pressed] == [303, 303]
    assert "Get an invoice" not in after
    assert "Show the invoice" in after
    assert "Invoice 1" in invoice
    assert paper.content.startswith(b"%PDF-")
    letter, _ = letters(shop, buyer["email"])
    assert "Your invoice is attached." in letter.text
    (sheet,) = parts_of(letter).iter_attachments()
    assert sheet.get_filename() == "invoice-1.pdf"


async def test_a_strange_form_issues_nothing(shop: Shop, api: httpx.AsyncClient) -> None:
    whole = await sold(shop)
    link = link_of(shop.world, whole)
    async with browsing(shop.world) as browser:
        answer = await browser.post(f"{link}/invoices", data={"form_token": "0" * 64})
        nobody = await browser.post("/orders/go_nothing/invoices", data={})

    assert (answer.status_code, nobody.status_code) == (403, 404)
    assert (await api.get("/v1/invoices")).json()["data"] == []


async def test_what_becomes_of_the_button_is_told_beside_it(shop: Shop) -> None:
    whole = await sold(shop)
    await shop.fulfil(whole)
    link = link_of(shop.world, whole)
    async with browsing(shop.world) as browser:
        shown = TOKEN.search(await seen(browser, link))
        assert shown
        stale = await browser.post(f"{link}/invoices", data={"form_token": "0" * 64})
        await shop.world.do(identity.suspend)
        after = await seen(browser, link)
        closed = await browser.post(f"{link}/invoices", data={"form_token": shown[1]})

    assert [one.status_code for one in (stale, closed)] == [403, 403]
    assert "Get an invoice" not in after
    top, _, below = stale.text.partition('aria-labelledby="goods"')
    assert "Please press the button once more." in top
    assert "once more" not in below
    assert '<details class="order-back">' in below
    top, _, below = closed.text.partition('aria-labelledby="goods"')
    assert "This shop issues no invoices at the moment." in top
    assert "returns at the moment" not in below


UNDONE = ("cancellations", {}), ("refunds", {"amount": 7700}), ("cancellations", {"refund": False})


@pytest.mark.parametrize(("how", "body"), UNDONE)
async def test_of_what_was_undone_only_the_shop_issues_one(
    shop: Shop, api: httpx.AsyncClient, how: str, body: dict[str, Any]
) -> None:
    await shop.sells_by(issue_invoices=True)
    whole = await sold(shop)
    link = link_of(shop.world, whole)
    async with browsing(shop.world) as browser:
        shown = TOKEN.search(await seen(browser, link))
        assert shown
        form = {"form_token": shown[1]}
        undone = await api.post(f"/v1/orders/{whole.order.id}/{how}", json=body)
        assert undone.status_code == 201, undone.text
        await carry(shop, *await waiting(shop))
        after = await seen(browser, link)
        refused = await browser.post(f"{link}/invoices", data=form)

        assert "Get an invoice" not in after
        assert refused.status_code == 409
        assert "This order was called off or refunded" in refused.text
        assert (await api.get("/v1/invoices")).json()["data"] == []

        made = await api.post(f"/v1/orders/{whole.order.id}/invoices")
        again = await browser.post(f"{link}/invoices", data=form)
    assert (made.status_code, again.status_code) == (201, 303)


async def test_a_shop_may_issue_one_with_each_order(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.sells_by(issue_invoices=True, send_receipts=False)
    known: dict[str, Any] = somebody()
    orders = [await sold(shop, session=known), await sold(shop)]

    jobs = await waiting(shop)
    await carry(shop, *jobs)
    await carry(shop, *jobs)

    listed = (await api.get("/v1/invoices")).json()["data"]
    assert {one["order_id"] for one in listed} == {str(one.order.id) for one in orders}
    assert letters(shop, known["email"]) == []

    await shop.sells_by(send_receipts=True)
    await sold(shop, session=known)
    await carry(shop, *await waiting(shop))
    (letter,) = letters(shop, known["email"])
    assert "Your invoice is attached." in letter.text
