"""The API of invoices: issued for an order, listed and looked at."""

from guilder.checkout.orders import OrderNotFound
from guilder.checkout.sessions import OrderId
from guilder.db import Tx
from guilder.http import Listing, Page, get, post

from .invoice import InvoiceId, InvoiceView, show
from .invoices import InvoiceNotFound, invoice_by_id, issue_invoice, newest_invoices


@post("/v1/orders/{order_id}/invoices", "orders:write", problems=(OrderNotFound,))
async def create_invoice(tx: Tx, order_id: OrderId) -> InvoiceView:
    """Issue the invoice of an order. One that was issued is answered, and no other is."""
    return show(await issue_invoice(tx, order_id))


@get("/v1/invoices", "orders:read")
async def list_invoices(
    tx: Tx, page: Page, *, order_id: OrderId | None = None
) -> Listing[InvoiceView]:
    """List invoices, the highest number first."""
    found = await newest_invoices(
        tx, tenant_id=tx.tenant_id, order_id=order_id, before=page.after(int), most=page.most
    )
    return page.listing(found, at=lambda invoice: invoice.number, show=show)


@get("/v1/invoices/{invoice_id}", "orders:read", problems=(InvoiceNotFound,))
async def show_invoice(tx: Tx, invoice_id: InvoiceId) -> InvoiceView:
    """Look at one invoice. Its order says what was sold; `/v1/orders/{id}/invoice` shows both."""
    return show(await invoice_by_id(tx, invoice_id))


ENDPOINTS = (create_invoice, list_invoices, show_invoice)
