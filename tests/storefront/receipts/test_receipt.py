"""A receipt says what was sold, for how much, with which taxes, and what was given back."""

import html
import re
from typing import Any

import httpx
import pytest

from guilder.customers import Address
from tests.checkout.buying import HOME
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.storefront.receipts.following import sold
from tests.world import World

ADA: dict[str, Any] = {"name": "Ada Lovelace", "email": "ada@example.com"}


async def receipt(api: httpx.AsyncClient, whole: Any, **query: str) -> str:
    """What is read on a receipt, without its tags."""
    answer = await api.get(f"/v1/orders/{whole.order.id}/receipt", params=query)
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(html.unescape(text).replace("\xa0", " ").replace("\u202f", " ").split())


async def test_all_of_a_sale_is_told(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.tax("21")
    post = await shop.shipping("5.00")
    await shop.sells_by(
        seller_country="NL",
        vat_number="NL853746333B01",
        support_email="help@tulip.example",
        seller_address=Address(
            company="Tulip & Sons B.V.", line1="Damrak 1", city="Amsterdam", country="NL"
        ),
    )
    whole = await sold(
        shop, session=ADA, shipping_address=Address(**HOME), shipping_option_id=post.id
    )

    told = await receipt(api, whole, language="en")

    assert f"Receipt for order {whole.order.number}" in told
    assert (
        "Seller Tulip & Sons B.V. Damrak 1 Amsterdam Netherlands VAT number NL853746333B01" in told
    )
    assert "Buyer Ada Lovelace Herengracht 1 1015 BA Amsterdam Netherlands" in told
    assert "Paid with Visa ending in 4242" in told
    assert re.search(r"Tulip vase \S+ 3 €24\.00 21% €72\.00", told)
    assert re.search(r"Pot \S+ 1 €5\.00 21% €5\.00", told)
    assert "Subtotal €77.00 Shipping: Post €5.00 Total €82.00" in told
    assert "Includes VAT 21% €14.24 Total without tax €67.76" in told
    assert "Questions? Write to help@tulip.example." in told
    assert "ada@example.com" not in told


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Date of order"),
        ("de", "Bestelldatum"),
        ("es-MX", "Fecha del pedido"),
        ("fr_CA", "Date de commande"),
        ("nl", "Date of order"),
    ],
)
async def test_it_is_written_in_the_language_that_is_asked_for(
    shop: Shop, api: httpx.AsyncClient, language: str, words: str
) -> None:
    whole = await sold(shop)

    assert words in await receipt(api, whole, language=language)


async def test_it_is_written_as_people_do_where_the_buyer_lives(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vienna = Address(line1="Ring 1", city="Wien", postal_code="1010", country="AT")
    whole = await sold(shop, session={**ADA, "billing_address": vienna})

    told = await receipt(api, whole)

    assert "Gesamtbetrag € 77,00" in told
    assert "Österreich" in told


async def test_where_nothing_is_known_of_the_buyer_who_asks_decides(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    whole = await sold(shop)

    api.headers["accept-language"] = "nl, es;q=0.8, de;q=0.9, fr;q=0"
    assert "Bestelldatum" in await receipt(api, whole)


async def test_what_was_given_back_is_told_and_what_is_left(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    whole = await sold(shop)
    await shop.refund(whole, 1)

    told = await receipt(api, whole, language="de")

    assert "Status Teilweise erstattet" in told
    assert re.search(
        r"Erstattet am \d+\. \w+ \d{4} -24,00 € Gesamtbetrag nach Erstattung 53,00 €", told
    )


async def test_a_discount_is_told_by_its_name_and_code(shop: Shop, api: httpx.AsyncClient) -> None:
    made = await api.post(
        "/v1/promotions", json={"name": "Spring", "code": "SPRING", "percentage": "10"}
    )
    assert made.status_code == 201, made.text
    whole = await sold(shop, promotion_codes=["SPRING"])

    told = await receipt(api, whole, language="en")

    assert "Subtotal €77.00 Discount: Spring (SPRING) -€7.70 Total €69.30" in told


async def test_taxes_are_told_by_their_rates_and_those_that_are_added_before_the_total(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    await shop.tax("5.5", country="US", name="Sales tax", is_inclusive=False)
    whole = await sold(
        shop,
        shipping_address=Address(line1="Main 1", city="Austin", region="TX", country="US"),
    )

    told = await receipt(api, whole, language="en")

    assert "Subtotal €77.00 Sales tax 5.5% €4.24 Total €81.24 Total without tax €77.00" in told


async def test_where_the_buyer_owes_the_tax_that_is_said(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    await shop.tax("19", country="DE")
    await shop.sells_by(seller_country="NL", vat_number="NL853746333B01")
    berlin = Address(company="Tulpen GmbH", line1="Allee 1", city="Berlin", country="DE")
    whole = await sold(shop, shipping_address=berlin, vat_number="DE136695976")

    told = await receipt(api, whole)

    assert "Steuerschuldnerschaft des Leistungsempfängers." in told
    assert "USt-IdNr. DE136695976" in told
    assert "19 %" not in told


async def test_what_was_free_was_paid_with_nothing(shop: Shop, api: httpx.AsyncClient) -> None:
    gift = await shop.product("0.00", name="Gift")
    whole = await shop.paid_order((gift, 1), method=None)

    assert "Paid with Nothing to pay" in await receipt(api, whole, language="en")


async def test_names_are_shown_as_text(shop: Shop, api: httpx.AsyncClient) -> None:
    product = await shop.product(name='<script>alert("1")</script>')
    whole = await shop.paid_order((product, 1))

    answer = await api.get(f"/v1/orders/{whole.order.id}/receipt")

    assert "<script" not in answer.text
    assert "script-src" not in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_it_needs_nothing_else_and_nobody_keeps_it(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    answer = await api.get(f"/v1/orders/{(await sold(shop)).order.id}/receipt")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert not re.search(r"<link|<script|<img|url\(", answer.text)


async def test_only_who_may_read_orders_reads_receipts(
    shop: Shop, world: World, other: World
) -> None:
    whole = await sold(shop)

    async with world.program("products:read") as program:
        refused = await program.get(f"/v1/orders/{whole.order.id}/receipt")
        problem(refused, 403, "permission_missing")
    async with other.program("*") as stranger:
        for path in ("receipt", "receipt.pdf", "buyer-page"):
            answer = await stranger.get(f"/v1/orders/{whole.order.id}/{path}")
            problem(answer, 404, "order_not_found")


async def test_a_language_is_a_language(shop: Shop, api: httpx.AsyncClient) -> None:
    whole = await sold(shop)

    answer = await api.get(f"/v1/orders/{whole.order.id}/receipt", params={"language": "../../etc"})

    problem(answer, 422, "invalid_request")
