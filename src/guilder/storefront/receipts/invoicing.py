"""Invoicing: an order's invoice in words. It tells of the sale alone, as it was. Pure."""

from msgspec.structs import replace

from guilder.checkout import Invoice, OrderPaymentStatus, WholeOrder

from .document import Document, document_of
from .reader import Reader
from .receipt import Receipt


def invoice_document(receipt: Receipt, invoice: Invoice, reader: Reader) -> Document:
    """The invoice as somebody reads it: what came after it stands on the receipt."""
    words = reader.words.invoice
    told = document_of(_on_the_day(receipt, invoice), reader)
    number, day = str(invoice.number), reader.day(invoice.created_at)
    return replace(
        told,
        title=words.title,
        heading=words.heading.format(number=number),
        file_name=f"invoice-{number}",
        facts=[(words.number, number), (words.issued, day), *told.facts],
    )


def _on_the_day(receipt: Receipt, invoice: Invoice) -> Receipt:
    """The sale before anything was given back, by the seller as they were."""
    seller = invoice.seller
    settings = replace(
        receipt.settings,
        seller_country=seller.country,
        vat_number=seller.vat_number,
        support_email=seller.support_email,
        seller_address=seller.address,
    )
    order = replace(
        receipt.whole.order,
        payment_status=OrderPaymentStatus.PAID,
        refunded_minor=0,
        refunding_minor=0,
    )
    return replace(
        receipt,
        tenant=replace(receipt.tenant, name=seller.name, domain=seller.domain),
        settings=settings,
        whole=WholeOrder(order, receipt.whole.lines),
        given_back=[],
    )
