"""The routing API: the rules by which payments find their gateway."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import get, put
from guilder.payments.gateways import GatewayNotKnown

from .routing import MAX_RULES, Rule, put_rules, routing_map

Rules = Annotated[list[Rule], Meta(max_length=MAX_RULES)]


class Routing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The rules, in their order: the first that fits a payment names its gateway.

    The next that fits is tried only where a gateway surely did nothing.
    """

    rules: Rules


@get("/v1/payment-routing", "gateways:read")
async def show_routing(tx: Tx) -> Routing:
    """See the rules by which payments find their gateway."""
    return Routing(rules=(await routing_map(tx, tenant_id=tx.tenant_id)).rules)


@put("/v1/payment-routing", "gateways:write", problems=(GatewayNotKnown,))
async def put_routing(tx: Tx, body: Routing) -> Routing:
    """Replace the rules by which payments find their gateway."""
    return Routing(rules=await put_rules(tx, body.rules))


ENDPOINTS = (show_routing, put_routing)
