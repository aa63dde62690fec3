"""The till, as in the tests of payments, and the shop, as in those of checkout."""

from tests.checkout.conftest import shop
from tests.payments.conftest import owner, till

__all__ = ["owner", "shop", "till"]
