"""The invoice: its number, and who sold on the day when it was issued."""

from datetime import datetime
from typing import Annotated, ClassVar, NewType, Self
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.checkout.sessions import OrderId
from guilder.customers import Address
from guilder.kernel import Fact

InvoiceId = NewType("InvoiceId", UUID)


class Seller(msgspec.Struct, frozen=True, kw_only=True):
    """The tenant's particulars. What is issued keeps them, whatever they become later."""

    name: str
    domain: str | None
    country: str | None
    vat_number: str | None
    support_email: str | None
    address: Address | None


class Invoice(msgspec.Struct, frozen=True):
    """An invoice. What was sold stands in its order, which does not change either."""

    id: InvoiceId
    order_id: OrderId
    number: int
    seller: Seller
    created_by: str
    created_at: datetime


class InvoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice as callers see it."""

    id: InvoiceId
    number: Annotated[int, Meta(description="From 1, and none is left out.", examples=[1])]
    order_id: OrderId
    seller: Seller
    created_by: str
    created_at: datetime


class InvoiceIssued(Fact, frozen=True):
    """An order got its invoice."""

    name: ClassVar[str] = "invoice.issued"
    data: InvoiceView

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """The fact about this invoice."""
        return cls(invoice.id, show(invoice))


def show(invoice: Invoice) -> InvoiceView:
    """An invoice for callers."""
    return InvoiceView(**msgspec.structs.asdict(invoice))
