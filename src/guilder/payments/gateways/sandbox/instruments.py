"""The sandbox's saved cards: kept for a customer, until they are forgotten."""

from datetime import datetime
from uuid import uuid4

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments.gateways.gateway import GatewayUnavailable

from .cards import SAVED, card_of


class SavedInstrument(msgspec.Struct, frozen=True):
    """A card that is kept for a customer, until it is forgotten."""

    token: str
    customer: str
    forgotten_at: datetime | None


async def keep(tx: Tx, token: str, customer: str | None) -> SavedInstrument:
    """Each saving is another instrument, but what is saved already stays what it is."""
    if card_of(token) is None:
        raise GatewayUnavailable("the sandbox has no card of this name")
    known = await instrument_of(tx, tenant_id=tx.tenant_id, token=token)
    if known is not None and known.forgotten_at is None:
        return known
    if token.startswith(SAVED):
        raise GatewayUnavailable("the sandbox keeps no such card any more")
    return await insert_instrument(
        tx,
        token=f"{SAVED}{token.partition('.')[0]}.{uuid4().hex}",
        customer=customer or f"sandbox_customer_{uuid4().hex}",
    )


async def is_usable(tx: Tx, token: str | None) -> bool:
    """Whether it can be charged: a saved card only while it is kept."""
    if token is None or not token.startswith(SAVED):
        return True
    known = await instrument_of(tx, tenant_id=tx.tenant_id, token=token)
    return known is not None and known.forgotten_at is None


@sql
async def insert_instrument(tx: Tx, *, token: str, customer: str) -> SavedInstrument: ...


@sql
async def instrument_of(tx: Tx, *, tenant_id: TenantId, token: str) -> SavedInstrument | None: ...


@sql
async def forget_instrument(tx: Tx, *, tenant_id: TenantId, token: str) -> None: ...
