"""The price: what one variant costs in one currency, for good or for a while."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum, auto
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.catalog.variant import VariantId
from guilder.kernel import Currency, Fact

PriceId = NewType("PriceId", UUID)


class PriceKind(StrEnum):
    """Whether a price stands until another takes its place, or for its time beside it."""

    LIST = auto()
    SALE = auto()


class Price(msgspec.Struct, frozen=True):
    """What a variant costs, in smallest units of the currency and perhaps parts of one."""

    id: PriceId
    variant_id: VariantId
    currency: Currency
    unit_amount_decimal: Decimal
    kind: PriceKind
    starts_at: datetime
    ends_at: datetime | None
    replaced_at: datetime | None
    metadata: dict[str, Any]
    created_by: str
    created_at: datetime


class PriceChanged(Fact, frozen=True):
    """A variant has a new price, or one of its prices has ended."""

    name: ClassVar[str] = "price.changed"
    data: Price
