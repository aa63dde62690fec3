"""The till, as in the tests of payments."""

from tests.payments.conftest import owner, till

__all__ = ["owner", "till"]
