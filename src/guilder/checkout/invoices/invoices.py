"""Invoices, issued and found. The database numbers them."""

from guilder.checkout.orders import order_by_id
from guilder.checkout.sessions import OrderId
from guilder.checkout.settings import current_settings
from guilder.db import Tx, sql
from guilder.identity import current_tenant
from guilder.kernel import Problem, TenantId

from .invoice import Invoice, InvoiceId, InvoiceIssued, Seller


class InvoiceNotFound(Problem, status=404):
    """There is no such invoice; an order has one when it was issued."""


async def issue_invoice(tx: Tx, order_id: OrderId) -> Invoice:
    """Give an order its invoice. One that has it keeps it."""
    await order_by_id(tx, order_id)
    issued = await insert_invoice(
        tx, order_id=order_id, seller=await _seller(tx), created_by=str(tx.actor or "")
    )
    if issued is None:
        return await invoice_of(tx, order_id)
    tx.emit(InvoiceIssued.of(issued))
    return issued


async def invoice_of(tx: Tx, order_id: OrderId) -> Invoice:
    """The invoice of an order that has one."""
    found = await find_invoice_of(tx, tenant_id=tx.tenant_id, order_id=order_id)
    if found is None:
        raise InvoiceNotFound
    return found


async def invoice_by_id(tx: Tx, invoice_id: InvoiceId) -> Invoice:
    """One invoice."""
    found = await find_invoice(tx, tenant_id=tx.tenant_id, invoice_id=invoice_id)
    if found is None:
        raise InvoiceNotFound
    return found


async def _seller(tx: Tx) -> Seller:
    tenant, settings = await current_tenant(tx), await current_settings(tx)
    return Seller(
        name=tenant.name,
        domain=tenant.domain,
        country=settings.seller_country,
        vat_number=settings.vat_number,
        support_email=settings.support_email,
        address=settings.seller_address,
    )


@sql
async def insert_invoice(
    tx: Tx, *, order_id: OrderId, seller: Seller, created_by: str
) -> Invoice | None: ...


@sql
async def find_invoice_of(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> Invoice | None: ...


@sql
async def find_invoice(tx: Tx, *, tenant_id: TenantId, invoice_id: InvoiceId) -> Invoice | None: ...


@sql
async def newest_invoices(
    tx: Tx, *, tenant_id: TenantId, order_id: OrderId | None, before: int | None, most: int
) -> list[Invoice]: ...
