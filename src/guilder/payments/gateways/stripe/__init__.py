"""Stripe: cards and what else it carries, through its official SDK.

A charge is made in two steps. An intent that is not confirmed moves no money, so whatever is lost
before the second step harms nobody. Every POST has a key of the order's own, and each capture,
refund and final release is marked with its order, so the mark tells what was done when Stripe has
forgotten the key, which it does after a day.
"""

from .calls import API_VERSION
from .gateway import StripeGateway

__all__ = ["API_VERSION", "StripeGateway"]
