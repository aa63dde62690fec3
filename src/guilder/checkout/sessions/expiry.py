"""Expiry: a handoff whose time is over is closed, by the database's clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Final

from guilder.checkout.stretches import look_once
from guilder.db import Tx, sql
from guilder.jobs import Job, enqueue
from guilder.kernel import TenantId

from .closing import let_go
from .session import Session

STRETCH: Final = timedelta(seconds=5)
MOST_AT_ONCE: Final = 200


class ExpireCheckouts(Job, frozen=True):
    """Handoffs whose time is over are closed."""

    name: ClassVar[str] = "checkout.expire"


async def expire_later(tx: Tx, ends: Iterable[datetime]) -> None:
    """See to it that handoffs are closed soon after their end."""
    await look_once(tx, ExpireCheckouts(), ends, stretch=STRETCH)


async def expire(tx: Tx, _: ExpireCheckouts) -> None:
    """Close what is over, and let go of what was kept for it."""
    closed = await expire_sessions(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE)
    await let_go(tx, closed)
    if len(closed) == MOST_AT_ONCE:
        await enqueue(tx, ExpireCheckouts())


@sql
async def expire_sessions(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Session]: ...
