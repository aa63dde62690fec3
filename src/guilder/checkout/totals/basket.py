"""The basket: all that decides what is to be paid."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from guilder.kernel import Currency

STANDARD: Final = "standard"
"""The tax category whose rates stand in for those of a category that has none."""

MOST_DIGITS: Final = 4
"""After the point of a percentage."""


class Kind(StrEnum):
    """How a promotion takes off: a part of the price, or an amount."""

    PERCENTAGE = "percentage"
    FIXED = "fixed"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A number of one thing at one price. The price may be finer than the smallest unit."""

    key: str
    quantity: int
    unit_amount: Decimal
    product_id: UUID
    tax_category: str = STANDARD


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion that the basket may use, in the basket's currency."""

    promotion_id: UUID
    code: str | None = None
    name: str
    kind: Kind
    percentage: Decimal | None = None
    amount_minor: int | None = None
    minimum_minor: int | None = None
    is_stackable: bool = False
    product_ids: Collection[UUID] | None = None


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A tax of the place where the goods go to."""

    name: str
    percentage: Decimal
    is_inclusive: bool = False
    category: str = STANDARD


class Shipping(msgspec.Struct, frozen=True, kw_only=True):
    """How the goods travel, and what that costs: nothing, where the goods cost enough."""

    name: str
    amount_minor: int
    free_from_minor: int | None = None
    tax_category: str = STANDARD

    def cost(self, goods_minor: int) -> int:
        """What it costs with goods for so much, after discounts."""
        is_free = self.free_from_minor is not None and goods_minor >= self.free_from_minor
        return 0 if is_free else self.amount_minor


class Basket(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides what is to be paid. Equal baskets have equal totals."""

    currency: Currency
    items: Sequence[Item]
    discounts: Sequence[Discount] = ()
    rates: Sequence[Rate] = ()
    shipping: Shipping | None = None
    is_reverse_charge: bool = False
