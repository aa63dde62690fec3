"""The ends of carts: those that are left are told about, those whose time is over are closed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final

from guilder.checkout.stretches import look_once
from guilder.db import Tx, sql
from guilder.jobs import Job, enqueue
from guilder.kernel import TenantId

from .cart import Cart, CartAbandoned, CartExpired, left_behind
from .lines import lines_of_carts

STRETCH: Final = timedelta(minutes=1)
MOST_AT_ONCE: Final = 500


class LookAtCarts(Job, frozen=True):
    """Carts that were left are told about, and those whose time is over are closed."""

    name: ClassVar[str] = "checkout.look_at_carts"


async def look_at_later(tx: Tx, moments: Iterable[datetime]) -> None:
    """See to it that carts are looked at when something may have become of them."""
    await look_once(tx, LookAtCarts(), moments, stretch=STRETCH)


async def look_at_carts(tx: Tx, _: LookAtCarts) -> None:
    """Close and tell what is due, and come back for what will be."""
    expired = await expire_carts(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE)
    left = await leave_carts(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE)
    ids = [cart.id for cart in (*expired, *left)]
    lines = await lines_of_carts(tx, tenant_id=tx.tenant_id, cart_ids=ids) if ids else []
    for cart in expired:
        tx.emit(CartExpired(cart.id, left_behind(cart, lines)))
    for cart in left:
        found = left_behind(cart, lines)
        if found.lines:
            tx.emit(CartAbandoned(cart.id, found))
    if MOST_AT_ONCE in {len(expired), len(left)}:
        await enqueue(tx, LookAtCarts())
        return
    due = await next_look(tx, tenant_id=tx.tenant_id)
    if due is not None:
        await look_at_later(tx, [max(due, await tx.now() + STRETCH)])


@sql
async def expire_carts(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Cart]: ...


@sql
async def leave_carts(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Cart]: ...


@sql
async def next_look(tx: Tx, *, tenant_id: TenantId) -> datetime | None: ...
