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
from .product import BillingType, Product, ProductId
from .products import ProductNotFound
from .showcase import ShownProduct, ShownVariant, shown_product, shown_products
from .variant import Variant, VariantId, VariantNotFound

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
    "Product",
    "ProductId",
    "ProductNotFound",
    "ShownProduct",
    "ShownVariant",
    "Variant",
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
    "shown_product",
    "shown_products",
]
