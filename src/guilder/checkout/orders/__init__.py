"""Orders: what was bought, as it was at the moment of payment, and what became of it."""

from .changes import (
    LineChange,
    goods_of,
    held_order,
    held_with_payment,
)
from .changes import change as change_order
from .events import (
    OrderCanceled,
    OrderFulfilled,
    OrderFulfilmentChanged,
    OrderPlaced,
    OrderRefunded,
    OrderRefundFailed,
    OrderReturned,
)
from .numbers import Numbers
from .order import (
    FulfilmentLife,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderLineId,
    OrderPaymentLife,
    OrderPaymentStatus,
    WholeOrder,
)
from .orders import (
    OrderNotFound,
    filled_orders,
    locked_order,
    order_by_id,
    place_orders,
    whole_orders,
)
from .pieces import (
    NoPiecesLeft,
    OrderLineNotFound,
    Pieces,
    PiecesNotLeft,
    SomePieces,
    chosen,
    pieces_of,
)
from .views import OrderView
from .views import show as show_order

__all__ = [
    "FulfilmentLife",
    "FulfilmentStatus",
    "LineChange",
    "NoPiecesLeft",
    "Numbers",
    "Order",
    "OrderCanceled",
    "OrderFulfilled",
    "OrderFulfilmentChanged",
    "OrderLine",
    "OrderLineId",
    "OrderLineNotFound",
    "OrderNotFound",
    "OrderPaymentLife",
    "OrderPaymentStatus",
    "OrderPlaced",
    "OrderRefundFailed",
    "OrderRefunded",
    "OrderReturned",
    "OrderView",
    "Pieces",
    "PiecesNotLeft",
    "SomePieces",
    "WholeOrder",
    "change_order",
    "chosen",
    "filled_orders",
    "goods_of",
    "held_order",
    "held_with_payment",
    "locked_order",
    "order_by_id",
    "pieces_of",
    "place_orders",
    "show_order",
    "whole_orders",
]
