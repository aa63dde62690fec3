"""The tax rate: what a country, or a region of it, asks for."""

from datetime import datetime
from decimal import Decimal
from typing import NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

TaxRateId = NewType("TaxRateId", UUID)


class TaxRate(msgspec.Struct, frozen=True):
    """A tax of one place on one category of products."""

    id: TaxRateId
    name: str
    country: str
    region: str | None
    category: str
    percentage: Decimal
    is_inclusive: bool
    is_active: bool
    created_at: datetime
    updated_at: datetime


class TaxRateChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different of a rate. Its name, place and category stay."""

    percentage: Decimal | UnsetType = UNSET
    is_inclusive: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
