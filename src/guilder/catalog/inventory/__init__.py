"""Inventory: how many are left, kept for whom, and why the number changed.

Nothing is ever negative, and the last unit is promised once: the database refuses anything
else. What is reserved is the sum of what is held.
"""

from .adjustment import Adjustment, AdjustmentId, InventoryAdjusted, Reason
from .adjustments import Change, StockTooHigh, StockTooLow, adjust, restock
from .counting import (
    BackordersWaiting,
    NewStock,
    NotCounted,
    allow_backorders,
    begin_counting,
    count,
    stock_of,
)
from .reservation import Reservation, ReservationId, ReservationLife, ReservationStatus
from .reservations import Holding, OutOfStock, release, reserve, sell
from .stock import CameBack, RanOut, Stock, StockLevel
from .views import StockBody, StockView, show_stock

__all__ = [
    "Adjustment",
    "AdjustmentId",
    "BackordersWaiting",
    "CameBack",
    "Change",
    "Holding",
    "InventoryAdjusted",
    "NewStock",
    "NotCounted",
    "OutOfStock",
    "RanOut",
    "Reason",
    "Reservation",
    "ReservationId",
    "ReservationLife",
    "ReservationStatus",
    "Stock",
    "StockBody",
    "StockLevel",
    "StockTooHigh",
    "StockTooLow",
    "StockView",
    "adjust",
    "allow_backorders",
    "begin_counting",
    "count",
    "release",
    "reserve",
    "restock",
    "sell",
    "show_stock",
    "stock_of",
]
