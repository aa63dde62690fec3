"""Payment methods: saved instruments, as the gateway's tokens. Never card data."""

from .method import (
    PaymentMethod,
    PaymentMethodAttached,
    PaymentMethodDetached,
    PaymentMethodId,
    PaymentMethodUpdated,
)
from .methods import (
    PaymentMethodInUse,
    PaymentMethodNotFound,
    attach,
    change,
    detach,
    find_method,
    known_methods,
    method_by_id,
    method_of_token,
    newest_methods,
)

__all__ = [
    "PaymentMethod",
    "PaymentMethodAttached",
    "PaymentMethodDetached",
    "PaymentMethodId",
    "PaymentMethodInUse",
    "PaymentMethodNotFound",
    "PaymentMethodUpdated",
    "attach",
    "change",
    "detach",
    "find_method",
    "known_methods",
    "method_by_id",
    "method_of_token",
    "newest_methods",
]
