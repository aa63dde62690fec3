"""The API of receipts: for the tenant's own programs, and the link that it may hand to a buyer."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.checkout import OrderId, OrderNotFound, order_by_id
from guilder.db import Tx
from guilder.http import Caller, Response, get

from .document import Document, document_of
from .links import Linked, OrderLinks
from .printing import PdfNotInstalled, PdfNotReady, printed
from .receipt import receipt_of
from .sheet import sheet

Language = Annotated[
    str,
    Meta(
        max_length=35,
        pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$(?!\n)",
        description="English, German, Spanish or French: en, de, es or fr, perhaps with a place.",
        examples=["de-AT"],
    ),
]


class BuyerPageView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the buyer follows an order. Whoever has the address may; it never ends."""

    url: str


@get("/v1/orders/{order_id}/receipt", "orders:read", problems=(OrderNotFound,))
async def show_receipt(
    caller: Caller, order_id: OrderId, *, language: Language | None = None
) -> Response:
    """The receipt of an order as HTML, in its buyer's language or in the one that is asked for."""
    return sheet(await _document(caller, order_id, language))


@get(
    "/v1/orders/{order_id}/receipt.pdf",
    "orders:read",
    problems=(OrderNotFound, PdfNotInstalled, PdfNotReady),
)
async def show_receipt_pdf(
    caller: Caller, order_id: OrderId, *, language: Language | None = None
) -> Response:
    """The receipt of an order as PDF."""
    return await printed(await _document(caller, order_id, language))


@get("/v1/orders/{order_id}/buyer-page", "orders:read", problems=(OrderNotFound,))
async def show_buyer_page(tx: Tx, order_id: OrderId, links: OrderLinks) -> BuyerPageView:
    """The address of the page on which the buyer follows the order, and announces returns.

    Give it to nobody else: it is all that it takes. Each answer has another, and all of them hold.
    """
    whole = await order_by_id(tx, order_id)
    return BuyerPageView(url=links.url(Linked(tx.tenant_id, whole.order.id)))


async def _document(caller: Caller, order_id: OrderId, language: str | None) -> Document:
    async with caller.transaction() as tx:
        receipt = await receipt_of(tx, order_id)
    accepted = caller.request.header(b"accept-language") or ""
    return document_of(receipt, receipt.for_others(language, accepted))


ENDPOINTS = (show_receipt, show_receipt_pdf, show_buyer_page)
