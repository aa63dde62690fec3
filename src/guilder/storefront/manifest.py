"""What the storefront adds to the system."""

from guilder.manifest import Manifest

from .carts import ENDPOINTS as CARTS
from .checkouts import ENDPOINTS as CHECKOUTS
from .products import ENDPOINTS as PRODUCTS

MANIFEST = Manifest(
    endpoints=(*PRODUCTS, *CARTS, *CHECKOUTS),
    permissions=("storefront:read", "storefront:write"),
)
