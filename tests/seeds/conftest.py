"""The till, as in the tests of payments, the shop, as in those of checkout, and people."""

from tests.checkout.conftest import shop
from tests.identity.conftest import database, person, post, verified, visitor
from tests.identity.ownership.conftest import team
from tests.payments.conftest import owner, till

__all__ = [
    "database",
    "owner",
    "person",
    "post",
    "shop",
    "team",
    "till",
    "verified",
    "visitor",
]
