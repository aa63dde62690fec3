"""Reactions: what was poured into another cart is not paid beside it."""

from collections.abc import Sequence

from guilder.checkout.carts import CartId, CartMerged
from guilder.db import Tx

from .closing import close
from .session import SessionStatus
from .sessions import session_desk


async def close_merged(tx: Tx, facts: Sequence[CartMerged]) -> None:
    """Close the open handoffs of merged carts; one that is being paid comes to its own end."""
    cart_ids = [CartId(fact.object_id) for fact in facts]
    desk = await session_desk(tx, tenant_id=tx.tenant_id, cart_ids=cart_ids, count=0)
    ended = [one.id for one in desk.standing if not one.is_being_paid]
    await close(tx, ended, SessionStatus.EXPIRED)
