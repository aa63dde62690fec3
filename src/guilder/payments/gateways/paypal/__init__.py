"""PayPal: orders of Orders v2, taken by us and never by PayPal on its own.

An order is made first and taken by a second call. Making one moves nothing, so an
order whose answer was lost can be asked for again, and what was never taken can be
closed: an order is closed by turning its intent, after which PayPal itself refuses
to take it, however late a call arrives.
"""

from .adapter import PayPalGateway

__all__ = ["PayPalGateway"]
