"""Refunds of orders: what was paid goes back, whole, by line or by amount, and the order follows.

All refunds of an order sum to its total at most, and are as many as it allows.
"""

from .following import promised_pieces
from .refund import Refund, RefundId, RefundStatus
from .refunds import OrderWasFree, TooManyRefunds, give_back, refund_by_id, refund_order
from .shares import RefundAsked, share
from .views import OrderRefundView
from .views import show as show_refund
from .work import RefundWork, carry_out_refund, work_of

__all__ = [
    "OrderRefundView",
    "OrderWasFree",
    "Refund",
    "RefundAsked",
    "RefundId",
    "RefundStatus",
    "RefundWork",
    "TooManyRefunds",
    "carry_out_refund",
    "give_back",
    "promised_pieces",
    "refund_by_id",
    "refund_order",
    "share",
    "show_refund",
    "work_of",
]
