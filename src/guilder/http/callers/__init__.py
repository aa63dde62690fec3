"""Callers: who asks, from where, and how often they may."""

from .address import address_of
from .caller import OWN, READS, Caller, Gatekeeper, Visit
from .rates import Rates, Standing
from .visitor import Visitor

__all__ = [
    "OWN",
    "READS",
    "Caller",
    "Gatekeeper",
    "Rates",
    "Standing",
    "Visit",
    "Visitor",
    "address_of",
]
