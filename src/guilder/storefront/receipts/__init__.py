"""Receipts: what a buyer keeps of an order, and the page on which they follow it.

Whoever has an order's link may see it and announce that pieces come back; it never ends, and
cannot be guessed. A receipt tells what was sold and what was given back since, and nothing that
the tenant keeps to itself; it carries the order's number.
"""

from .links import Linked, OrderLinks

__all__ = ["Linked", "OrderLinks"]
