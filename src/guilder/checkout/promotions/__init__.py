"""Promotions: what is taken off, for whom, how often, and who has used it.

A promotion with a limit is held by a checkout before it counts as used by an order. The last
use goes to one, however many ask for it at once; a promotion without limits holds nobody up.
"""

from .hold import (
    PromotionNeedsCustomer,
    PromotionNotRunning,
    PromotionUsedUp,
    Use,
    hold,
)
from .promotion import Promotion, PromotionId, Running
from .promotions import PromotionNotFound, promotion_by_code, promotion_by_id
from .redemptions import release, use
from .withheld import Withheld, withheld

__all__ = [
    "Promotion",
    "PromotionId",
    "PromotionNeedsCustomer",
    "PromotionNotFound",
    "PromotionNotRunning",
    "PromotionUsedUp",
    "Running",
    "Use",
    "Withheld",
    "hold",
    "promotion_by_code",
    "promotion_by_id",
    "release",
    "use",
    "withheld",
]
