"""Carts: what a buyer is about to buy, in one currency, with its totals as they are now."""

from .cart import Cart, CartId, CartMerged, CartStatus, FilledCart
from .carts import (
    CartClosed,
    CartNotFound,
    NewCart,
    locked_with_lines,
    open_carts,
)
from .lines import TooManyLines, TooManyPieces, Wanted
from .pricing import PricedCart, PricedLine, price_carts
from .shelf import Shelf, VariantNotSold

__all__ = [
    "Cart",
    "CartClosed",
    "CartId",
    "CartMerged",
    "CartNotFound",
    "CartStatus",
    "FilledCart",
    "NewCart",
    "PricedCart",
    "PricedLine",
    "Shelf",
    "TooManyLines",
    "TooManyPieces",
    "VariantNotSold",
    "Wanted",
    "locked_with_lines",
    "open_carts",
    "price_carts",
]
