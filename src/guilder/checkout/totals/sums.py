"""What a basket costs, and how that comes about."""

from decimal import Decimal
from uuid import UUID

import msgspec

from guilder.kernel import Currency


class TaxLine(msgspec.Struct, frozen=True, kw_only=True):
    """One tax: contained in what it is levied on, or added to it."""

    name: str
    percentage: Decimal
    is_inclusive: bool
    amount_minor: int


class LineTotals(msgspec.Struct, frozen=True, kw_only=True):
    """What one line costs: its subtotal, less discounts, plus the taxes that are added."""

    key: str
    subtotal_minor: int
    discount_minor: int
    tax_minor: int
    total_minor: int
    taxes: list[TaxLine]


class AppliedDiscount(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion took off."""

    promotion_id: UUID
    code: str | None
    name: str
    amount_minor: int


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket costs. The sum of its lines and its shipping is its total."""

    currency: Currency
    lines: list[LineTotals]
    shipping: LineTotals | None
    subtotal_minor: int
    discount_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    discounts: list[AppliedDiscount]
    taxes: list[TaxLine]
    is_reverse_charge: bool
