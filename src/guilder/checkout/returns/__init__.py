"""Returns: pieces that the buyer has are announced, and come back, never more than were sent."""

from .order_return import Return, ReturnId, ReturnStatus
from .returns import request_return, returns_of

__all__ = ["Return", "ReturnId", "ReturnStatus", "request_return", "returns_of"]
