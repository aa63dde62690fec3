"""Callers: who asks, from where, and how often they may."""

from .address import Network, address_of, is_in, networks
from .caller import OWN, READS, Caller, Gatekeeper, Visit
from .rates import Rates, Standing
from .visitor import Visitor

__all__ = [
    "OWN",
    "READS",
    "Caller",
    "Gatekeeper",
    "Network",
    "Rates",
    "Standing",
    "Visit",
    "Visitor",
    "address_of",
    "is_in",
    "networks",
]
