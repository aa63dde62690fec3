"""Products and their variants: what they are called, how they differ, and how they are found."""

from .options import OptionsNotComplete, VariantNotDistinct
from .products import NewProduct, create_product, whole
from .settlement import SettlementAssetNotValid
from .variants import NewVariant, ProductNotFound, SkuTaken, add_variant

__all__ = [
    "NewProduct",
    "NewVariant",
    "OptionsNotComplete",
    "ProductNotFound",
    "SettlementAssetNotValid",
    "SkuTaken",
    "VariantNotDistinct",
    "add_variant",
    "create_product",
    "whole",
]
