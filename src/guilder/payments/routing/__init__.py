"""Routing: which gateway a payment goes to, and why."""

from .hosted import gateways_for_buyers
from .routing import (
    FIXED,
    SANDBOX,
    Account,
    Asked,
    GatewayDisabled,
    Map,
    NoGateway,
    Route,
    Rule,
    put_rules,
    routing_map,
)

__all__ = [
    "FIXED",
    "SANDBOX",
    "Account",
    "Asked",
    "GatewayDisabled",
    "Map",
    "NoGateway",
    "Route",
    "Rule",
    "gateways_for_buyers",
    "put_rules",
    "routing_map",
]
