"""The document: a receipt in words, ready to be set as a page or on paper. Pure."""

from collections.abc import Iterator
from decimal import Decimal

import msgspec

from guilder.checkout import Buyer, OrderLine, OrderPaymentStatus, TaxLine
from guilder.customers import Address
from guilder.kernel import Currency

from .reader import Reader
from .receipt import Receipt

BRANDS = {"amex": "American Express", "paypal": "PayPal", "jcb": "JCB", "sepa_debit": "SEPA"}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line: what was bought, how many, and for how much."""

    name: str
    note: str
    quantity: str
    unit_price: str
    tax: str
    amount: str


class Sum(msgspec.Struct, frozen=True):
    """An amount under the lines, and what it is."""

    label: str
    amount: str
    is_main: bool = False


class Party(msgspec.Struct, frozen=True):
    """Who sold, who bought, or where it went: a heading, and lines under it."""

    label: str
    lines: list[str]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt in one language. Everything in it is text."""

    language: str
    title: str
    heading: str
    file_name: str
    parties: list[Party]
    facts: list[tuple[str, str]]
    columns: list[str]
    rows: list[Row]
    sums: list[Sum]
    notes: list[str]


def document_of(receipt: Receipt, reader: Reader) -> Document:
    """A receipt as somebody reads it."""
    order, words = receipt.whole.order, reader.words.receipt
    return Document(
        language=reader.language,
        title=words.title,
        heading=words.heading.format(number=order.number),
        file_name=str(order.number),
        parties=[party for party in _parties(receipt, reader) if party.lines],
        facts=list(_facts(receipt, reader)),
        columns=[words.item, words.quantity, words.unit_price, words.tax, words.amount],
        rows=[row_of(line, order.currency, reader) for line in receipt.whole.lines],
        sums=list(sums_of(receipt, reader)),
        notes=list(_notes(receipt, reader)),
    )


def row_of(line: OrderLine, currency: Currency, reader: Reader) -> Row:
    """A line as somebody reads it."""
    rates = dict.fromkeys(reader.percent(tax.percentage) for tax in line.taxes)
    return Row(
        name=line.product_name,
        note=" · ".join(one for one in (line.variant_name, line.sku) if one),
        quantity=reader.number(line.quantity),
        unit_price=reader.price(line.unit_amount_decimal, currency),
        tax=", ".join(rates),
        amount=reader.money(line.subtotal_minor, currency),
    )


def sums_of(receipt: Receipt, reader: Reader) -> Iterator[Sum]:
    """From the lines to the total, and what is left of it."""
    order, words = receipt.whole.order, reader.words.receipt

    def amount(minor: int) -> str:
        return reader.money(minor, order.currency)

    added = [tax for tax in order.taxes if not tax.is_inclusive]
    if order.discounts or order.shipping or added:
        yield Sum(words.subtotal, amount(order.subtotal_minor))
    for off in order.discounts:
        name = f"{off.name} ({off.code})" if off.code else off.name
        yield Sum(f"{words.discount}: {name}", amount(-off.amount_minor))
    if order.shipping:
        yield Sum(f"{words.shipping}: {order.shipping.name}", amount(order.shipping_minor))
    for tax in added:
        yield Sum(_tax(tax, reader), amount(tax.amount_minor))
    yield Sum(words.total, amount(order.total_minor), is_main=True)
    for tax in order.taxes:
        if tax.is_inclusive:
            told = words.tax_included.format(tax=_tax(tax, reader))
            yield Sum(told, amount(tax.amount_minor))
    if order.taxes:
        yield Sum(words.net, amount(order.total_minor - order.tax_minor))
    yield from _given_back(receipt, reader)


def _given_back(receipt: Receipt, reader: Reader) -> Iterator[Sum]:
    order, words = receipt.whole.order, reader.words.receipt
    for one in receipt.given_back:
        told = words.refunded.format(day=reader.day(one.finished_at or one.created_at))
        yield Sum(told, reader.money(-one.amount_minor, order.currency))
    if order.refunding_minor:
        yield Sum(words.refunding, reader.money(-order.refunding_minor, order.currency))
    if order.refunded_minor or order.refunding_minor:
        yield Sum(words.left, reader.money(order.refundable_minor, order.currency), is_main=True)


def _tax(tax: TaxLine, reader: Reader) -> str:
    return f"{tax.name} {reader.percent(Decimal(tax.percentage))}"


def _parties(receipt: Receipt, reader: Reader) -> Iterator[Party]:
    words = reader.words.receipt
    buyer = receipt.whole.order.buyer
    yield Party(words.seller, list(_seller(receipt, reader)))
    if buyer is None:
        return
    yield Party(words.buyer, list(_buyer(buyer, reader)))
    if buyer.billing_address and buyer.shipping_address not in {None, buyer.billing_address}:
        yield Party(words.ship_to, list(_address(buyer.shipping_address, reader)))


def _seller(receipt: Receipt, reader: Reader) -> Iterator[str]:
    """The tenant's particulars, as far as it has told them."""
    settings, tenant = receipt.settings, receipt.tenant
    address = settings.seller_address
    if address is None or address.company is None:
        yield tenant.name
    yield from _address(address, reader)
    if address is None and settings.seller_country:
        yield reader.country(settings.seller_country)
    if settings.vat_number:
        yield reader.words.receipt.vat_number.format(number=settings.vat_number)
    if settings.support_email:
        yield settings.support_email
    if tenant.domain:
        yield tenant.domain


def _buyer(buyer: Buyer, reader: Reader) -> Iterator[str]:
    """Who bought. The e-mail is nobody's business who was sent the link on."""
    address = buyer.billing_address or buyer.shipping_address
    if buyer.name and (address is None or buyer.name not in {address.name, address.company}):
        yield buyer.name
    yield from _address(address, reader)
    if buyer.vat_number:
        yield reader.words.receipt.vat_number.format(number=buyer.vat_number)


def _address(address: Address | None, reader: Reader) -> Iterator[str]:
    if address is None:
        return
    place = " ".join(one for one in (address.postal_code, address.city) if one)
    lines = (address.company, address.name, address.line1, address.line2, place, address.region)
    yield from (line for line in lines if line)
    yield reader.country(address.country)


def _facts(receipt: Receipt, reader: Reader) -> Iterator[tuple[str, str]]:
    order, words = receipt.whole.order, reader.words.receipt
    yield words.number, str(order.number)
    yield words.ordered, reader.day(order.created_at)
    yield words.paid_with, paid_with(receipt, reader)
    if order.payment_status is not OrderPaymentStatus.PAID:
        yield words.status, reader.words.payment_status[order.payment_status]


def paid_with(receipt: Receipt, reader: Reader) -> str:
    """What it was paid with, as far as anybody may know."""
    words, payment = reader.words.receipt, receipt.payment
    if payment is None:
        return words.free
    seen = payment.instrument
    name = (seen and (seen.brand or seen.type)) or payment.gateway or ""
    brand = BRANDS.get(name, name.replace("_", " ").title())
    if seen is None or seen.last_four is None:
        return brand
    return words.ending_in.format(brand=brand, last_four=seen.last_four)


def _notes(receipt: Receipt, reader: Reader) -> Iterator[str]:
    words = reader.words.receipt
    if receipt.whole.order.is_reverse_charge:
        yield words.reverse_charge
    if receipt.settings.support_email:
        yield words.questions.format(email=receipt.settings.support_email)
