"""Payment methods: saved instruments, as the gateway's tokens. Never card data."""

from .choice import PaymentMethodExpired, PaymentMethodNotOfCustomer, saved_id, usable
from .detachments import ForgetMethod, detach, forget
from .events import PaymentMethodAttached, PaymentMethodDetached, PaymentMethodUpdated
from .method import PaymentMethod, PaymentMethodId
from .methods import (
    PaymentMethodInUse,
    PaymentMethodNotFound,
    attach,
    change,
    find_method,
    known_methods,
    method_by_id,
    method_of_token,
    newest_methods,
    take_turn,
)

__all__ = [
    "ForgetMethod",
    "PaymentMethod",
    "PaymentMethodAttached",
    "PaymentMethodDetached",
    "PaymentMethodExpired",
    "PaymentMethodId",
    "PaymentMethodInUse",
    "PaymentMethodNotFound",
    "PaymentMethodNotOfCustomer",
    "PaymentMethodUpdated",
    "attach",
    "change",
    "detach",
    "find_method",
    "forget",
    "known_methods",
    "method_by_id",
    "method_of_token",
    "newest_methods",
    "saved_id",
    "take_turn",
    "usable",
]
