"""What the storefront adds to the system."""

from guilder.manifest import Manifest

from .carts import ENDPOINTS as CARTS
from .checkouts import ENDPOINTS as CHECKOUTS
from .pay import ENDPOINTS as PAY
from .products import ENDPOINTS as PRODUCTS
from .receipts.api import ENDPOINTS as RECEIPTS
from .receipts.mailing import SEND_RECEIPT, ask_for_receipt, send_invoice
from .receipts.page import ENDPOINTS as ORDER_PAGES

MANIFEST = Manifest(
    endpoints=(*PRODUCTS, *CARTS, *CHECKOUTS, *PAY, *RECEIPTS, *ORDER_PAGES),
    handlers=(SEND_RECEIPT,),
    consumers=(ask_for_receipt, send_invoice),
    permissions=("storefront:read", "storefront:write"),
)
