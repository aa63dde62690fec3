"""Totals: what a basket costs, to the smallest unit. Pure: no I/O, no clock."""

from .basket import MOST_DIGITS, STANDARD, Basket, Discount, Item, Kind, Rate, Shipping
from .sums import AppliedDiscount, LineTotals, TaxLine, Totals
from .totals import totals

__all__ = [
    "MOST_DIGITS",
    "STANDARD",
    "AppliedDiscount",
    "Basket",
    "Discount",
    "Item",
    "Kind",
    "LineTotals",
    "Rate",
    "Shipping",
    "TaxLine",
    "Totals",
    "totals",
]
