"""Returns: pieces that the buyer has are announced, and come back, never more than were sent."""

from .order_return import Return, ReturnId
from .returns import request_return

__all__ = ["Return", "ReturnId", "request_return"]
