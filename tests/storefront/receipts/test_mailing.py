"""Whoever placed an order is sent its receipt, once, in their language, where the shop wants it."""

import re

import pytest

from guilder.customers import Address
from guilder.storefront.receipts import mailing, printing
from tests.checkout.shop import Shop
from tests.storefront.receipts.following import browsing, seen, sold
from tests.storefront.receipts.post import (
    carry,
    forgotten,
    letters,
    parts_of,
    somebody,
    waiting,
)


async def test_a_buyer_is_sent_the_receipt_with_the_link_of_the_order(shop: Shop) -> None:
    await shop.sells_by(support_email="help@tulip.example")
    buyer = somebody()
    whole = await sold(shop, session=buyer)

    await carry(shop, *await waiting(shop))

    (letter,) = letters(shop, buyer["email"])
    assert letter.kept.subject == f"Your order {whole.order.number} at {shop.world.tenant.name}"
    assert "Hello Ada Lovelace," in letter.text
    assert "3 × Tulip vase: €72.00" in letter.text
    assert "Total: €77.00" in letter.text
    assert ("Reply-To", "help@tulip.example") in letter.head
    link = re.search(r"/orders/go_\S+", letter.text)
    assert link is not None
    async with browsing(shop.world) as browser:
        assert f"Order {whole.order.number}" in await seen(browser, link[0])


async def test_the_receipt_goes_along_on_paper(shop: Shop) -> None:
    buyer = somebody()
    whole = await sold(shop, session=buyer)

    await carry(shop, *await waiting(shop))

    (letter,) = letters(shop, buyer["email"])
    (paper,) = parts_of(letter).iter_attachments()
    assert (paper.get_content_type(), paper.get_filename()) == (
        "application/pdf",
        f"{whole.order.number}.pdf",
    )
    assert paper.get_content().startswith(b"%PDF-")
    assert "Your receipt is attached." in letter.text
    assert max(map(len, letter.source.splitlines())) < 998


async def test_it_is_written_in_the_language_of_where_the_buyer_lives(shop: Shop) -> None:
    buyer = somebody()
    madrid = Address(line1="Gran Vía 1", city="Madrid", country="ES")
    await sold(shop, session=buyer, shipping_address=madrid)

    await carry(shop, *await waiting(shop))

    (letter,) = letters(shop, buyer["email"])
    assert letter.kept.language == "es"
    assert "Total: 77,00 €" in letter.text


async def test_it_is_sent_once_however_often_the_log_is_read(shop: Shop) -> None:
    await sold(shop, session=somebody())

    assert len(await waiting(shop)) == 1
    await shop.world.all_relayed(shop.owner)
    assert await waiting(shop) == []


async def test_who_told_no_address_is_sent_nothing(shop: Shop) -> None:
    await sold(shop)

    assert await waiting(shop) == []


async def test_a_shop_may_want_none_to_be_sent(shop: Shop) -> None:
    await shop.sells_by(send_receipts=False)
    await sold(shop, session=somebody())

    assert await waiting(shop) == []


async def test_who_was_forgotten_meanwhile_is_not_written_to(shop: Shop) -> None:
    buyer = somebody()
    whole = await sold(shop, session=buyer)
    jobs = await waiting(shop)
    await forgotten(shop, whole)

    await carry(shop, *jobs)

    assert letters(shop, buyer["email"]) == []


async def test_a_letter_does_not_wait_for_its_paper(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "PDF_SECONDS", 0)
    buyer = somebody()
    await sold(shop, session=buyer)

    await carry(shop, *await waiting(shop))

    (letter,) = letters(shop, buyer["email"])
    assert list(parts_of(letter).iter_attachments()) == []
    assert "attached" not in letter.text


async def test_what_waits_in_the_queue_names_nobody(shop: Shop) -> None:
    whole = await sold(shop, session=somebody())

    (job,) = await waiting(shop)

    assert job == mailing.SendReceipt(whole.order.id)
