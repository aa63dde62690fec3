"""Mailing: whoever placed an order is sent its receipt, once, where the tenant wants that."""

from typing import Final

import structlog
from msgspec.structs import replace

from guilder import events
from guilder.checkout import OrderId, OrderNotFound, OrderPlaced, current_settings
from guilder.db import Pool, Tx, tenant_transaction
from guilder.jobs import InWorld, Job, enqueue
from guilder.kernel import TenantId
from guilder.mail import Attachment, Letter, Mailer, OrderReceipt

from .document import Document, document_of
from .links import Linked, OrderLinks
from .printing import PdfNotReady, can_print, name_of, pdf_of
from .receipt import Receipt, receipt_of

log = structlog.get_logger()


class SendReceipt(Job, frozen=True):
    """A receipt shall be sent. No address waits in the queue: who reads it is looked up then."""

    name = "storefront.send_receipt"

    order_id: OrderId


async def _ask_for_receipt(tx: Tx, fact: OrderPlaced) -> None:
    buyer = fact.data.buyer
    if buyer is None or buyer.email is None:
        return
    if (await current_settings(tx)).send_receipts:
        await enqueue(tx, SendReceipt(fact.data.id))


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
    async with tenant_transaction(pool, tenant_id) as tx:
        try:
            receipt = await receipt_of(tx, job.order_id)
        except OrderNotFound:
            return
    buyer = receipt.whole.order.buyer
    if buyer is None or buyer.email is None:
        return
    document = document_of(receipt, receipt.for_others(None))
    attached = await _attached(document)
    token = links.token(Linked(tenant_id, job.order_id))
    letter = _letter(mailer, receipt, document, token=token, has_pdf=bool(attached))
    await mailer.send(replace(letter, attachments=attached))


def _letter(
    mailer: Mailer, receipt: Receipt, document: Document, *, token: str, has_pdf: bool
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
        has_pdf=has_pdf,
    )
    return mailer.write(
        occasion,
        reader.language,
        to=(buyer and buyer.email) or "",
        name=buyer.name if buyer else None,
        reply_to=receipt.settings.support_email,
        brand=receipt.tenant.name,
    )


async def _attached(document: Document) -> tuple[Attachment, ...]:
    """The receipt on paper, where it can be had. A letter does not wait for it."""
    if not can_print():
        return ()
    try:
        content = await pdf_of(document)
    except PdfNotReady:
        log.warning("receipt sent without its PDF", number=document.number)
        return ()
    return (Attachment(name_of(document), "application/pdf", content),)


ask_for_receipt: Final = events.reaction("storefront.receipts", OrderPlaced, _ask_for_receipt)
SEND_RECEIPT: Final = InWorld(SendReceipt, send_receipt)
