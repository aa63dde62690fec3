"""Words: all that a receipt and an order's page say, in each language that we write."""

from functools import cache
from pathlib import Path
from typing import Final

import msgspec

TEXTS: Final = Path(__file__).parent / "texts"


class ReceiptWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a receipt says."""

    title: str
    heading: str
    number: str
    ordered: str
    status: str
    paid_with: str
    free: str
    ending_in: str
    seller: str
    buyer: str
    ship_to: str
    vat_number: str
    item: str
    quantity: str
    unit_price: str
    tax: str
    amount: str
    subtotal: str
    discount: str
    shipping: str
    tax_included: str
    net: str
    total: str
    refunded: str
    refunding: str
    left: str
    reverse_charge: str
    questions: str


class InvoiceWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an invoice says beside what a receipt does."""

    title: str
    heading: str
    number: str
    issued: str


class PageWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an order's page says."""

    order: str
    placed: str
    at_shop: str
    payment: str
    fulfilment: str
    receipt: str
    see_receipt: str
    pdf: str
    see_invoice: str
    invoice_pdf: str
    ask_for_invoice: str
    goods: str
    parcels: str
    parcel: str
    nothing_sent: str
    sent: str
    arrived: str
    called_back: str
    follow: str
    returns: str
    announced: str
    take_back: str
    left_of: str
    how_many: str
    reason: str
    optional: str
    announce: str
    language: str
    not_found: str
    not_found_why: str


class Refusals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a button did nothing."""

    no_pieces: str
    not_left: str
    too_long: str
    closed: str
    no_invoices: str
    undone: str
    stale: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is said in one language."""

    receipt: ReceiptWords
    invoice: InvoiceWords
    page: PageWords
    refused: Refusals
    payment_status: dict[str, str]
    fulfilment_status: dict[str, str]
    return_status: dict[str, str]


@cache
def words_in(language: str) -> Words:
    """What is said in a language."""
    return msgspec.toml.decode((TEXTS / f"{language}.toml").read_bytes(), type=Words)
