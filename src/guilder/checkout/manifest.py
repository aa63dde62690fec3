"""What checkout adds to the system."""

from guilder.events import companion
from guilder.jobs import InTransaction, InWorld
from guilder.manifest import Manifest
from guilder.payments import (
    PaymentFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentSucceeded,
)

from .cancellations.api import ENDPOINTS as CANCELLATIONS
from .carts.api import ENDPOINTS as CARTS
from .carts.cart import CartAbandoned, CartExpired, CartMerged
from .carts.ends import EVERY_MINUTE, FindDueCarts, LookAtCarts, find_due_carts, look_at_carts
from .claims import claim
from .exports import EXPORTS
from .fulfilments.api import ENDPOINTS as FULFILMENTS
from .invoices import InvoiceIssued
from .invoices.api import ENDPOINTS as INVOICES
from .orders.api import ENDPOINTS as ORDERS
from .orders.events import FACTS as ORDER_FACTS
from .promotions.api import ENDPOINTS as PROMOTIONS
from .promotions.promotion import PromotionCreated, PromotionUpdated
from .purchases.api import ENDPOINTS as PURCHASES
from .purchases.reactions import (
    count_what_was_declined,
    is_of_an_order,
    is_to_be_ordered,
    order_what_was_paid,
)
from .reactions import forget_erased, move_to_merged
from .refunds.api import ENDPOINTS as REFUNDS
from .refunds.reactions import follow_what_was_refunded, may_be_of_an_order
from .returns.api import ENDPOINTS as RETURNS
from .sessions.api import ENDPOINTS as SESSIONS
from .sessions.events import CheckoutCompleted, CheckoutExpired, CheckoutFailed, CheckoutRefunded
from .sessions.expiry import ExpireCheckouts, expire
from .sessions.reactions import close_merged
from .settings_api import ENDPOINTS as SETTINGS
from .shipping.api import ENDPOINTS as SHIPPING
from .taxes.api import ENDPOINTS as TAXES

MANIFEST = Manifest(
    endpoints=(
        *SETTINGS,
        *PROMOTIONS,
        *TAXES,
        *SHIPPING,
        *CARTS,
        *SESSIONS,
        *PURCHASES,
        *ORDERS,
        *REFUNDS,
        *FULFILMENTS,
        *RETURNS,
        *CANCELLATIONS,
        *INVOICES,
    ),
    handlers=(
        InWorld(FindDueCarts, find_due_carts),
        InTransaction(LookAtCarts, look_at_carts),
        InTransaction(ExpireCheckouts, expire),
    ),
    schedules=(EVERY_MINUTE,),
    companions=(
        companion("checkout.merged_carts", CartMerged, close_merged, wants=lambda *_: True),
        companion("checkout.orders", PaymentSucceeded, order_what_was_paid, wants=is_to_be_ordered),
        companion(
            "checkout.declines", PaymentFailed, count_what_was_declined, wants=is_of_an_order
        ),
        companion(
            "checkout.refunds",
            PaymentRefunded,
            follow_what_was_refunded,
            wants=may_be_of_an_order,
        ),
        companion(
            "checkout.failed_refunds",
            PaymentRefundFailed,
            follow_what_was_refunded,
            wants=may_be_of_an_order,
        ),
    ),
    consumers=(move_to_merged, forget_erased),
    exports=EXPORTS,
    claims=(claim,),
    facts=(
        PromotionCreated,
        PromotionUpdated,
        CartAbandoned,
        CartMerged,
        CartExpired,
        CheckoutCompleted,
        CheckoutExpired,
        CheckoutFailed,
        CheckoutRefunded,
        *ORDER_FACTS,
        InvoiceIssued,
    ),
    permissions=(
        "checkout:read",
        "checkout:write",
        "orders:read",
        "orders:write",
        "promotions:read",
        "promotions:write",
        "signing_keys:write",
    ),
)
