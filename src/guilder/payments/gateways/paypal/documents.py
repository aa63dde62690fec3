"""What PayPal answers, as far as we read it: fields that we do not know are passed over."""

from datetime import datetime
from typing import Any

import msgspec


class Document(msgspec.Struct, frozen=True):
    """A part of an answer."""


class Amount(Document, frozen=True):
    """An amount, with a minus where money went out."""

    currency_code: str
    value: str


class Link(Document, frozen=True):
    """Where a document leads to."""

    rel: str
    href: str


class Detail(Document, frozen=True):
    """One thing that was wrong with a call."""

    issue: str = ""
    description: str = ""


class Fault(Document, frozen=True):
    """Why a call was refused."""

    name: str = ""
    message: str = ""
    debug_id: str = ""
    details: list[Detail] = []
    links: list[Link] = []


class AccessToken(Document, frozen=True):
    """What opens PayPal's doors for a while."""

    access_token: str
    expires_in: int


class Related(Document, frozen=True):
    """The documents that one came from."""

    order_id: str | None = None


class Supplement(Document, frozen=True):
    """What PayPal knows beside a payment."""

    related_ids: Related = Related()


class Response(Document, frozen=True):
    """What the bank said of a card."""

    response_code: str | None = None


class Breakdown(Document, frozen=True):
    """What is left for the merchant of a capture."""

    paypal_fee: Amount | None = None


class PaymentDocument(Document, frozen=True):
    """An authorization, a capture or a refund."""

    id: str
    status: str
    amount: Amount
    create_time: datetime | None = None
    expiration_time: datetime | None = None
    custom_id: str | None = None
    invoice_id: str | None = None
    processor_response: Response | None = None
    seller_receivable_breakdown: Breakdown | None = None
    supplementary_data: Supplement = Supplement()
    links: list[Link] = []

    def parent(self, kind: str) -> str | None:
        """The id of the document of that kind which this one came from."""
        for link in self.links:
            folder, _, name = link.href.rpartition("/")
            if link.rel == "up" and folder.endswith(f"/{kind}"):
                return name
        return None


class PaymentDocuments(Document, frozen=True):
    """What moved for an order."""

    authorizations: list[PaymentDocument] = []
    captures: list[PaymentDocument] = []
    refunds: list[PaymentDocument] = []


class PurchaseUnit(Document, frozen=True):
    """The one thing that is paid for with an order of ours."""

    reference_id: str = "default"
    custom_id: str | None = None
    payments: PaymentDocuments = PaymentDocuments()


class SecureCheck(Document, frozen=True):
    """How the buyer proved to be the owner of the card."""

    authentication_status: str | None = None


class Authentication(Document, frozen=True):
    """What came of asking the buyer's bank."""

    three_d_secure: SecureCheck = SecureCheck()


class Card(Document, frozen=True):
    """A card: never its number."""

    brand: str | None = None
    last_digits: str | None = None
    expiry: str | None = None
    authentication_result: Authentication = Authentication()


class Address(Document, frozen=True):
    """Where a buyer lives, as far as a country goes."""

    country_code: str | None = None


class Wallet(Document, frozen=True):
    """A buyer's account at PayPal."""

    account_id: str | None = None
    payer_id: str | None = None
    address: Address | None = None


class Source(Document, frozen=True):
    """What a buyer pays with."""

    card: Card | None = None
    paypal: Wallet | None = None


class OrderDocument(Document, frozen=True):
    """An order, with whatever moved for it."""

    id: str
    status: str
    intent: str = ""
    purchase_units: list[PurchaseUnit] = []
    payment_source: Source | None = None
    links: list[Link] = []

    @property
    def unit(self) -> PurchaseUnit:
        """The one thing that is paid for."""
        return self.purchase_units[0] if self.purchase_units else PurchaseUnit()

    @property
    def moved(self) -> PaymentDocuments:
        """What moved for it."""
        return self.unit.payments


class Customer(Document, frozen=True):
    """A buyer in PayPal's vault."""

    id: str = ""


class PaymentToken(Document, frozen=True):
    """An instrument in PayPal's vault."""

    id: str
    customer: Customer = Customer()
    payment_source: Source = Source()


class Transaction(Document, frozen=True):
    """A line of PayPal's own books."""

    transaction_id: str
    transaction_event_code: str
    transaction_initiation_date: datetime
    transaction_amount: Amount
    transaction_status: str = "S"
    paypal_reference_id: str | None = None
    paypal_reference_id_type: str | None = None
    custom_field: str | None = None


class Entry(Document, frozen=True):
    """A line with what PayPal says around it."""

    transaction_info: Transaction


class Page(Document, frozen=True):
    """A part of the books."""

    transaction_details: list[Entry] = []
    total_pages: int = 1


class Disputed(Document, frozen=True):
    """A payment that a buyer objects to."""

    seller_transaction_id: str | None = None


class Verdict(Document, frozen=True):
    """How a dispute ended."""

    outcome_code: str = "NONE"


class Settlement(Document, frozen=True):
    """Money that moved because of a dispute."""

    amount: Amount
    affected_party: str = ""
    type: str = ""
    reason: str = ""


class DisputeDocument(Document, frozen=True):
    """A buyer's objection."""

    dispute_id: str
    status: str = "OTHER"
    reason: str = "OTHER"
    dispute_amount: Amount | None = None
    dispute_outcome: Verdict = Verdict()
    disputed_transactions: list[Disputed] = []
    money_movements: list[Settlement] = []
    seller_response_due_date: datetime | None = None
    links: list[Link] = []


class Event(Document, frozen=True):
    """What a notice tells of."""

    id: str
    event_type: str
    resource_type: str = ""
    resource: dict[str, Any] = {}


class Empty(Document, frozen=True):
    """An answer whose body says nothing that we need."""
