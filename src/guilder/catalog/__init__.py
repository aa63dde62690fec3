"""What is sold, for how much, and how many are left.

A variant has one list price per currency, which is replaced and never changed. Stock is never
negative, and the last unit is promised once, whoever asks at the same time.
"""

from .inventory import Holding, OutOfStock, release, reserve, restock, sell
from .listings import Imported, ImportRefused, export_listing, import_listing
from .prices import (
    Offer,
    Price,
    PriceId,
    PriceKind,
    PriceNotFound,
    PriceReplaced,
    offers,
    price_by_id,
)
from .product import BillingType, ProductId
from .variant import VariantId, VariantNotFound

__all__ = [
    "BillingType",
    "Holding",
    "ImportRefused",
    "Imported",
    "Offer",
    "OutOfStock",
    "Price",
    "PriceId",
    "PriceKind",
    "PriceNotFound",
    "PriceReplaced",
    "ProductId",
    "VariantId",
    "VariantNotFound",
    "export_listing",
    "import_listing",
    "offers",
    "price_by_id",
    "release",
    "reserve",
    "restock",
    "sell",
]
