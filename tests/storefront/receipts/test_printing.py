"""A receipt on paper says the same, and nothing in it is read as anything but text."""

import asyncio
import re
import sys

import httpx
import pytest

from guilder.storefront.receipts import printing
from guilder.storefront.receipts.document import Document, Party, Row, Sum
from guilder.storefront.receipts.printing import PdfNotReady, pdf_of
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.storefront.receipts.following import browsing, link_of, seen, sold
from tests.world import World

pytestmark = pytest.mark.skipif(not printing.can_print(), reason="typst is not installed")


def paper(*names: str) -> Document:
    """A receipt with lines of these names."""
    return Document(
        language="en",
        title="Receipt",
        heading="Receipt for order 1",
        file_name="1",
        parties=[Party("Seller", ["Tulip & Sons"])],
        facts=[("Order number", "1")],
        columns=["Item", "Quantity", "Price each", "Tax", "Amount"],
        rows=[
            Row(name=name, note="", quantity="1", unit_price="€1", tax="", amount="€1")
            for name in names
        ],
        sums=[Sum("Total", "€1", is_main=True)],
        notes=[],
    )


async def test_a_receipt_is_had_on_paper(shop: Shop, api: httpx.AsyncClient) -> None:
    whole = await sold(shop)

    answer = await api.get(f"/v1/orders/{whole.order.id}/receipt.pdf", params={"language": "de"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    name = f'inline; filename="{whole.order.number}.pdf"'
    assert answer.headers["content-disposition"] == name
    assert answer.content.startswith(b"%PDF-")
    async with browsing(shop.world) as browser:
        theirs = await browser.get(f"{link_of(shop.world, whole)}/receipt.pdf")
    assert theirs.content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "name",
    [
        '#panic("read as markup")',
        '"; panic("read as a string")',
        '#include "/etc/passwd"',
        "*_`$<@[]{}#//",
        "郁金香 🌷 \u202e إناء",
        "A" * 400,
        "",
    ],
)
async def test_a_name_is_a_name_and_nothing_else(name: str) -> None:
    assert (await pdf_of(paper(name))).startswith(b"%PDF-")


async def test_a_long_receipt_goes_on_on_the_next_page() -> None:
    long = paper(*(f"Tulip {number}" for number in range(200)))

    assert len(re.findall(rb"/Type\s*/Page\b", await pdf_of(long))) > 3


async def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PDF_SECONDS", 0.001)

    with pytest.raises(PdfNotReady):
        await pdf_of(paper(*("Tulip" for _ in range(200))))


async def test_others_are_answered_while_it_is_made() -> None:
    async with asyncio.TaskGroup() as group:
        making = group.create_task(pdf_of(paper(*("Tulip" for _ in range(200)))))
        await asyncio.sleep(0)
        assert not making.done()


async def test_where_typst_is_not_there_that_is_said_and_no_link_leads_to_it(
    shop: Shop, world: World, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await sold(shop)
    path = link_of(world, whole)
    printing.can_print.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    try:
        answer = await api.get(f"/v1/orders/{whole.order.id}/receipt.pdf")
        problem(answer, 501, "pdf_not_installed")
        async with browsing(world) as browser:
            assert "receipt.pdf" not in await seen(browser, path)
            assert (await browser.get(f"{path}/receipt.pdf")).status_code == 501
    finally:
        printing.can_print.cache_clear()
