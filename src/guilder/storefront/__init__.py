"""The storefront: what a buyer's browser may see and do, with a key that everybody can read.

What a tenant keeps to itself never comes here: stock, metadata, customers, who made what. And
nothing that a buyer sends decides on a price, on a customer, or on metadata.
"""

from .paths import PATHS_OF_BUYERS
from .receipts import OrderLinks

__all__ = ["PATHS_OF_BUYERS", "OrderLinks"]
