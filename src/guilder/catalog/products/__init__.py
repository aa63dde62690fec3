"""Products and their variants: what they are called, how they differ, and how they are found."""

from .options import OptionsNotComplete, VariantNotDistinct
from .products import NewProduct, create_product, newest_products, product_by_id, whole
from .room import count_products, require_room_for_products
from .settlement import SettlementAssetNotValid
from .variants import NewVariant, ProductNotFound, SkuTaken, add_variant, variants_of

__all__ = [
    "NewProduct",
    "NewVariant",
    "OptionsNotComplete",
    "ProductNotFound",
    "SettlementAssetNotValid",
    "SkuTaken",
    "VariantNotDistinct",
    "add_variant",
    "count_products",
    "create_product",
    "newest_products",
    "product_by_id",
    "require_room_for_products",
    "variants_of",
    "whole",
]
