"""The redemption: one use of a promotion, and its life."""

from datetime import datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

import msgspec

from guilder.kernel import Lifecycle, Move

from .promotion import PromotionId

RedemptionId = NewType("RedemptionId", UUID)


class RedemptionStatus(StrEnum):
    """How far a use has come."""

    HELD = "held"
    USED = "used"
    RELEASED = "released"


class RedemptionLife(Lifecycle, column="checkout.redemption.status"):
    """Held by a checkout, then used by its order or let go; a late payment still uses it."""

    use = Move(RedemptionStatus.HELD, RedemptionStatus.RELEASED, to=RedemptionStatus.USED)
    release = Move(RedemptionStatus.HELD, to=RedemptionStatus.RELEASED)


class Redemption(msgspec.Struct, frozen=True):
    """One use of a promotion: by which checkout, for whom."""

    id: RedemptionId
    promotion_id: PromotionId
    holder_id: UUID
    buyer: str | None
    ordinal: int | None
    status: RedemptionStatus
    created_at: datetime
    updated_at: datetime
