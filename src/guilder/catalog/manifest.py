"""What the catalog adds to the system."""

from guilder.manifest import Manifest

from .inventory import CameBack, InventoryAdjusted, RanOut
from .inventory.api import ENDPOINTS as INVENTORY
from .listings import CatalogImported
from .listings.api import ENDPOINTS as LISTINGS
from .prices import PriceChanged
from .prices.api import ENDPOINTS as PRICES
from .product import ProductCreated, ProductUpdated
from .products import count_products
from .products.api import ENDPOINTS as PRODUCTS
from .variant import VariantCreated, VariantUpdated

MANIFEST = Manifest(
    endpoints=(*PRODUCTS, *PRICES, *INVENTORY, *LISTINGS),
    facts=(
        CatalogImported,
        ProductCreated,
        ProductUpdated,
        VariantCreated,
        VariantUpdated,
        PriceChanged,
        InventoryAdjusted,
        RanOut,
        CameBack,
    ),
    quotas={"products": count_products},
    permissions=("products:read", "products:write", "inventory:read", "inventory:write"),
)
