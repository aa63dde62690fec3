"""The adjustment: a change of what is on hand that no sale explains, with its reason."""

from datetime import datetime
from enum import StrEnum, auto
from typing import ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.catalog.variant import VariantId
from guilder.kernel import Fact

AdjustmentId = NewType("AdjustmentId", UUID)


class Reason(StrEnum):
    """Why there are more or fewer than before."""

    RECEIVED = auto()
    COUNTED = auto()
    DAMAGED = auto()
    LOST = auto()
    RETURNED = auto()
    IMPORTED = auto()
    OTHER = auto()


class Adjustment(msgspec.Struct, frozen=True):
    """So many more or fewer; of those that came, so many went to sales that waited for them."""

    id: AdjustmentId
    variant_id: VariantId
    delta: int
    filled: int
    on_hand: int
    reason: Reason
    note: str | None
    reference: str | None
    created_by: str
    created_at: datetime


class InventoryAdjusted(Fact, frozen=True):
    """There are more or fewer on hand, and not because of a sale."""

    name: ClassVar[str] = "inventory.adjusted"
    data: Adjustment
