"""A till, and a look at all that was answered, as in the tests of payments."""

from tests.payments.conftest import _every_answer_is_documented, owner, till

__all__ = ["_every_answer_is_documented", "owner", "till"]
