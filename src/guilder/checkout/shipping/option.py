"""The shipping option: a way for goods to travel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.checkout.totals import STANDARD, Shipping
from guilder.kernel import Currency

ShippingOptionId = NewType("ShippingOptionId", UUID)


class ShippingOption(msgspec.Struct, frozen=True):
    """A way for goods to travel, as the tenant set it up."""

    id: ShippingOptionId
    name: str
    countries: list[str] | None
    min_weight_grams: int | None
    max_weight_grams: int | None
    currency: Currency
    amount_minor: int
    free_from_minor: int | None
    tax_category: str
    delivery_days: int | None
    position: int
    is_active: bool
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class OptionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different of an option. Its currency stays."""

    name: str | UnsetType = UNSET
    countries: list[str] | UnsetType | None = UNSET
    min_weight_grams: int | UnsetType | None = UNSET
    max_weight_grams: int | UnsetType | None = UNSET
    amount_minor: int | UnsetType = UNSET
    free_from_minor: int | UnsetType | None = UNSET
    tax_category: str | UnsetType = UNSET
    delivery_days: int | UnsetType | None = UNSET
    position: int | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, option: ShippingOption) -> ShippingOption:
        """The option as it would be."""
        wanted = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not UNSET
        }
        return msgspec.structs.replace(option, **wanted)


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What of a basket decides how it may travel. Goods without a weight weigh nothing."""

    country: str | None
    weight_grams: int
    currency: Currency


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """Of an active option what a basket needs."""

    id: ShippingOptionId
    name: str
    countries: list[str] | None = None
    min_weight_grams: int | None = None
    max_weight_grams: int | None = None
    currency: Currency
    amount_minor: int
    free_from_minor: int | None = None
    tax_category: str = STANDARD
    delivery_days: int | None = None

    def takes(self, parcel: Parcel) -> bool:
        """Whether a parcel may go this way."""
        return (
            self.currency == parcel.currency
            and (self.countries is None or parcel.country in self.countries)
            and (self.min_weight_grams or 0) <= parcel.weight_grams
            and (self.max_weight_grams is None or parcel.weight_grams <= self.max_weight_grams)
        )

    def shipping(self) -> Shipping:
        """The same as a basket has it."""
        return Shipping(
            name=self.name,
            amount_minor=self.amount_minor,
            free_from_minor=self.free_from_minor,
            tax_category=self.tax_category,
        )


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A way that a basket may take, and what it would cost, without taxes that are added."""

    id: ShippingOptionId
    name: str
    amount_minor: int
    delivery_days: int | None


def ways_for(ways: Sequence[Way], parcel: Parcel, *, goods_minor: int) -> list[Quote]:
    """What a basket is offered, in the tenant's order; goods are counted after discounts."""
    return [
        Quote(
            id=way.id,
            name=way.name,
            amount_minor=way.shipping().cost(goods_minor),
            delivery_days=way.delivery_days,
        )
        for way in ways
        if way.takes(parcel)
    ]
