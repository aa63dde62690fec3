"""The API of receipts: for the tenant's own programs, and the link that it may hand to a buyer."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.checkout import InvoiceNotFound, OrderId, OrderNotFound, order_by_id
from guilder.db import Tx
from guilder.http import Caller, Response, get

from .document import Document, document_of
from .invoicing import invoice_document
from .links import Linked, OrderLinks
from .printing import PdfNotInstalled, PdfNotReady, printed
from .reader import Reader
from .receipt import Receipt, receipt_of
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


@get("/v1/orders/{order_id}/invoice", "orders:read", problems=(OrderNotFound, InvoiceNotFound))
async def show_order_invoice(
    caller: Caller, order_id: OrderId, *, language: Language | None = None
) -> Response:
    """The invoice of an order as HTML, if one was issued."""
    return sheet(await _invoice(caller, order_id, language))


@get(
    "/v1/orders/{order_id}/invoice.pdf",
    "orders:read",
    problems=(OrderNotFound, InvoiceNotFound, PdfNotInstalled, PdfNotReady),
)
async def show_order_invoice_pdf(
    caller: Caller, order_id: OrderId, *, language: Language | None = None
) -> Response:
    """The invoice of an order as PDF."""
    return await printed(await _invoice(caller, order_id, language))


@get("/v1/orders/{order_id}/buyer-page", "orders:read", problems=(OrderNotFound,))
async def show_buyer_page(tx: Tx, order_id: OrderId, links: OrderLinks) -> BuyerPageView:
    """The address of the page on which the buyer follows the order, and announces returns.

    Give it to nobody else: it is all that it takes. Each answer has another, and all of them hold.
    """
    whole = await order_by_id(tx, order_id)
    return BuyerPageView(url=links.url(Linked(tx.tenant_id, whole.order.id)))


async def _document(caller: Caller, order_id: OrderId, language: str | None) -> Document:
    receipt = await _receipt(caller, order_id)
    return document_of(receipt, _reader(caller, receipt, language))


async def _invoice(caller: Caller, order_id: OrderId, language: str | None) -> Document:
    receipt = await _receipt(caller, order_id)
    if receipt.invoice is None:
        raise InvoiceNotFound
    return invoice_document(receipt, receipt.invoice, _reader(caller, receipt, language))


async def _receipt(caller: Caller, order_id: OrderId) -> Receipt:
    async with caller.transaction() as tx:
        return await receipt_of(tx, order_id)


def _reader(caller: Caller, receipt: Receipt, language: str | None) -> Reader:
    return receipt.for_others(language, caller.request.header(b"accept-language") or "")


ENDPOINTS = (
    show_receipt,
    show_receipt_pdf,
    show_order_invoice,
    show_order_invoice_pdf,
    show_buyer_page,
)
