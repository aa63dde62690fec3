"""Mailing: whoever placed an order is sent its receipt, once, where the tenant wants that."""

from typing import Final, Literal

import structlog
from msgspec.structs import replace

from guilder import events
from guilder.checkout import (
    Buyer,
    InvoiceIssued,
    OrderId,
    OrderNotFound,
    OrderPlaced,
    current_settings,
    issue_invoice,
    order_by_id,
)
from guilder.db import Pool, Tx, transact
from guilder.jobs import InWorld, Job, enqueue
from guilder.kernel import Actor, ActorKind, TenantId
from guilder.mail import Attachment, Letter, Mailer, OrderReceipt

from .document import Document, document_of
from .invoicing import invoice_document
from .links import Linked, OrderLinks
from .printing import PdfNotReady, can_print, name_of, pdf_of
from .receipt import Receipt, receipt_of

log = structlog.get_logger()

Enclosed = Literal["receipt", "invoice"] | None


class SendReceipt(Job, frozen=True):
    """A receipt shall be sent. No address waits in the queue: who reads it is looked up then."""

    name = "storefront.send_receipt"

    order_id: OrderId
    is_asked_for: bool = False


async def _ask_for_receipt(tx: Tx, fact: OrderPlaced) -> None:
    settings = await current_settings(tx)
    if settings.issue_invoices or (settings.send_receipts and _email_of(fact.data.buyer)):
        await enqueue(tx, SendReceipt(fact.data.id))


async def _send_invoice(tx: Tx, fact: InvoiceIssued) -> None:
    if fact.data.created_by == ActorKind.VISITOR:
        await enqueue(tx, SendReceipt(fact.data.order_id, is_asked_for=True))


async def send_receipt(
    pool: Pool,
    tenant_id: TenantId | None,
    job: SendReceipt,
    *,
    mailer: Mailer,
    links: OrderLinks,
) -> None:
    """Write the letter, if its buyer was not forgotten meanwhile, and send it."""
    if tenant_id is None:
        return

    async def look(tx: Tx) -> Receipt:
        whole = await order_by_id(tx, job.order_id)
        if (await current_settings(tx)).issue_invoices and not whole.order.is_undone:
            await issue_invoice(tx, job.order_id)
        return await receipt_of(tx, job.order_id)

    actor = Actor(kind=ActorKind.JOB, tenant_id=tenant_id, scopes=frozenset())
    try:
        receipt = await transact(pool, tenant_id, look, actor=actor)
    except OrderNotFound:
        return
    wants = job.is_asked_for or receipt.settings.send_receipts
    if not wants or _email_of(receipt.whole.order.buyer) is None:
        return
    reader = receipt.for_others(None)
    document = document_of(receipt, reader)
    invoice = receipt.invoice
    paper = invoice_document(receipt, invoice, reader) if invoice else document
    attached = await _attached(paper)
    enclosed: Enclosed = None if not attached else "invoice" if invoice else "receipt"
    token = links.token(Linked(tenant_id, job.order_id))
    letter = _letter(mailer, receipt, document, token=token, enclosed=enclosed)
    await mailer.send(replace(letter, attachments=attached))


def _email_of(buyer: Buyer | None) -> str | None:
    return buyer.email if buyer else None


def _letter(
    mailer: Mailer, receipt: Receipt, document: Document, *, token: str, enclosed: Enclosed
) -> Letter:
    """In the name of the shop, whom answers reach."""
    reader, order = receipt.for_others(None), receipt.whole.order
    buyer = order.buyer
    occasion = OrderReceipt(
        token=token,
        shop=receipt.tenant.name,
        number=order.number,
        ordered_on=reader.day(order.created_at),
        goods=tuple(f"{row.quantity} × {row.name}" for row in document.rows),  # noqa: RUF001 - times
        amounts=tuple(row.amount for row in document.rows),
        total=reader.money(order.total_minor, order.currency),
        enclosed=enclosed,
    )
    return mailer.write(
        occasion,
        reader.language,
        to=_email_of(buyer) or "",
        name=buyer.name if buyer else None,
        reply_to=receipt.settings.support_email,
        brand=receipt.tenant.name,
    )


async def _attached(document: Document) -> tuple[Attachment, ...]:
    """It on paper, where that can be had. A letter does not wait for it."""
    if not can_print():
        return ()
    try:
        content = await pdf_of(document)
    except PdfNotReady:
        log.warning("letter sent without its PDF", file=name_of(document))
        return ()
    return (Attachment(name_of(document), "application/pdf", content),)


ask_for_receipt: Final = events.reaction("storefront.receipts", OrderPlaced, _ask_for_receipt)
send_invoice: Final = events.reaction("storefront.invoices", InvoiceIssued, _send_invoice)
SEND_RECEIPT: Final = InWorld(SendReceipt, send_receipt)
