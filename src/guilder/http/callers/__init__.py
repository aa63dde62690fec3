"""Callers: who asks, from where, and how often they may."""

from .address import address_of
from .caller import OWN, READS, Caller, Gatekeeper, Visit
from .rates import CALLS_PER_MINUTE, Rates, Standing, forget_calls
from .visitor import Visitor

__all__ = [
    "CALLS_PER_MINUTE",
    "OWN",
    "READS",
    "Caller",
    "Gatekeeper",
    "Rates",
    "Standing",
    "Visit",
    "Visitor",
    "address_of",
    "forget_calls",
]
