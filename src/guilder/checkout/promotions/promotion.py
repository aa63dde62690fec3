"""The promotion: what is taken off, for whom, when, and how often."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.checkout.totals import Discount, Kind
from guilder.kernel import Currency, Fact

PromotionId = NewType("PromotionId", UUID)


class Promotion(msgspec.Struct, frozen=True):
    """A promotion, as the tenant set it up. Without a code it applies by itself."""

    id: PromotionId
    code: str | None
    name: str
    kind: Kind
    percentage: Decimal | None
    amount_minor: int | None
    currency: Currency | None
    minimum_minor: int | None
    max_uses: int | None
    max_uses_per_customer: int | None
    uses: int
    is_stackable: bool
    is_active: bool
    product_ids: list[UUID] | None
    starts_at: datetime
    ends_at: datetime | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    def is_running(self, now: datetime) -> bool:
        """Whether it may be used at this time."""
        return (
            self.is_active
            and self.starts_at <= now
            and (self.ends_at is None or now < self.ends_at)
        )


class Running(Discount, frozen=True, kw_only=True):
    """Of a promotion that runs now what a basket needs."""

    currency: Currency | None = None
    product_ids: frozenset[UUID] | None = None

    def serves(self, codes: Collection[str], currency: Currency) -> bool:
        """Whether a basket with these codes, in this currency, may use it."""
        return (self.code is None or self.code in codes) and self.currency in {None, currency}


class PromotionChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different of a promotion. What it takes off never changes."""

    name: str | UnsetType = UNSET
    max_uses: int | UnsetType | None = UNSET
    max_uses_per_customer: int | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET
    ends_at: datetime | UnsetType | None = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, promotion: Promotion) -> Promotion:
        """The promotion as it would be."""
        wanted = {
            name: value
            for name, value in msgspec.structs.asdict(self).items()
            if value is not UNSET
        }
        return msgspec.structs.replace(promotion, **wanted)


class PromotionCreated(Fact, frozen=True):
    """A promotion was set up."""

    name: ClassVar[str] = "promotion.created"
    data: Promotion


class PromotionUpdated(Fact, frozen=True):
    """A promotion runs for another time, or for another number of uses."""

    name: ClassVar[str] = "promotion.updated"
    data: Promotion
