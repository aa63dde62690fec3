"""How Stripe says no."""

from typing import Any


class Refused(Exception):
    """An answer other than 200. What is not even looked at is not kept under its key."""

    def __init__(self, message: str, *, status: int = 400, is_kept: bool = True, **more: Any):
        super().__init__(message)
        self.status = status
        self.is_kept = is_kept
        self.error = {"type": "invalid_request_error", "message": message} | more


def invalid(message: str, param: str, code: str | None = None) -> Refused:
    """What is wrong with what was sent, so that nothing was begun."""
    more = {"code": code} if code else {}
    return Refused(message, is_kept=False, param=param, **more)


def missing(name: str, *, param: str | None = None) -> Refused:
    """What is not there: at the address, or named by a parameter."""
    return Refused(
        f"No such object: '{name}'",
        status=400 if param else 404,
        is_kept=False,
        code="resource_missing",
        param=param or "id",
    )
