"""Carts: what a buyer is about to buy, in one currency, with its totals as they are now."""

from .cart import Cart, CartId, CartLineId, CartMerged, CartStatus, FilledCart
from .carts import (
    CartChanges,
    CartClosed,
    CartNotFound,
    NewCart,
    cart_by_id,
    change_cart,
    locked_with_lines,
    open_carts,
)
from .codes import CodeReason
from .filling import MoreLines, add_lines, change_line, remove_line
from .lines import CartLineNotFound, TooManyLines, TooManyPieces, Wanted
from .pricing import PricedCart, PricedLine, price_carts
from .shelf import Shelf, VariantNotSold
from .shown import shown_cart, shown_filled, shown_fuller
from .views import (
    AmountProblem,
    CartLineView,
    CartView,
    Code,
    Codes,
    CodeView,
    Email,
    Minor,
    Quantity,
    ShippingQuoteView,
    TaxView,
)

__all__ = [
    "AmountProblem",
    "Cart",
    "CartChanges",
    "CartClosed",
    "CartId",
    "CartLineId",
    "CartLineNotFound",
    "CartLineView",
    "CartMerged",
    "CartNotFound",
    "CartStatus",
    "CartView",
    "Code",
    "CodeReason",
    "CodeView",
    "Codes",
    "Email",
    "FilledCart",
    "Minor",
    "MoreLines",
    "NewCart",
    "PricedCart",
    "PricedLine",
    "Quantity",
    "Shelf",
    "ShippingQuoteView",
    "TaxView",
    "TooManyLines",
    "TooManyPieces",
    "VariantNotSold",
    "Wanted",
    "add_lines",
    "cart_by_id",
    "change_cart",
    "change_line",
    "locked_with_lines",
    "open_carts",
    "price_carts",
    "remove_line",
    "shown_cart",
    "shown_filled",
    "shown_fuller",
]
