"""Expiry: a handoff whose time is over is closed, by the database's clock.

What ends within one stretch of time is closed by one job, so thousands of handoffs that end in
the same moment cost one, and each lets go of what was kept for it soon after its end.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Final

from guilder.db import Tx, sql
from guilder.jobs import Job, enqueue, enqueue_many
from guilder.kernel import TenantId

from .closing import let_go
from .session import Session

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
STRETCH: Final = timedelta(seconds=5)
MOST_AT_ONCE: Final = 200


class ExpireCheckouts(Job, frozen=True):
    """Handoffs whose time is over are closed."""

    name: ClassVar[str] = "checkout.expire"


async def expire_later(tx: Tx, ends: Iterable[datetime]) -> None:
    """See to it that handoffs are closed at the end of the stretch in which they end."""
    moments = sorted({end + (EPOCH - end) % STRETCH for end in ends})
    keys = [f"{ExpireCheckouts.name} {tx.tenant_id} {moment.isoformat()}" for moment in moments]
    if moments:
        jobs = [ExpireCheckouts()] * len(moments)
        await enqueue_many(tx, jobs, run_ats=moments, unique_keys=keys)


async def expire(tx: Tx, _: ExpireCheckouts) -> None:
    """Close what is over, and let go of what was kept for it."""
    closed = await expire_sessions(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE)
    await let_go(tx, closed)
    if len(closed) == MOST_AT_ONCE:
        await enqueue(tx, ExpireCheckouts())


@sql
async def expire_sessions(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Session]: ...
