"""The past: what the demo shop has just done is told as the 90 days that it stands for.

Verbs know no time but the database's own, and what they have written down never changes: not a
payment, not an entry of the ledger. That is what Guilder promises, so there is no verb for this,
and nothing that the application could call. Whoever owns the database can do it, by their own
connection, in one transaction at the founding of the demo: every time that lies within a moment of
the story is moved to where the story has that moment. Moments keep their order, so nothing ends
before it began. The audit log stays as it is: it says when all of this was really done.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from guilder.db import Pool, Tx, open_pool, sql, system_statement, transact
from guilder.kernel import TenantId


class Moment(msgspec.Struct, frozen=True):
    """What is done from here on, until the next moment begins, is told as done then."""

    begun_at: datetime
    told_at: datetime


class Rewriting(msgspec.Struct, frozen=True):
    """What moves the times of one table, without the triggers that would refuse it."""

    freed: str
    told: str
    guarded: str


class Past:
    """The moments of a story, in their order."""

    def __init__(self, pool: Pool) -> None:
        self.moments: list[Moment] = []
        self._pool = pool

    async def begin(self, told_at: datetime) -> None:
        """Begin a moment. Where it comes too early it follows the one before."""
        async with system_statement(self._pool) as tx:
            begun_at = await clock(tx)
        if self.moments:
            before = self.moments[-1]
            told_at = max(told_at, before.told_at + (begun_at - before.begun_at))
        self.moments.append(Moment(begun_at, told_at))

    async def end(self) -> None:
        """What is done from here on is told as it happens."""
        async with system_statement(self._pool) as tx:
            begun_at = await clock(tx)
        self.moments.append(Moment(begun_at, begun_at))


async def retell(owner_url: str, tenant_id: TenantId, moments: Sequence[Moment]) -> None:
    """Move all times of a tenant's story to where they are told, as the database's owner."""
    begun = [moment.begun_at for moment in moments]
    moved = [moment.told_at - moment.begun_at for moment in moments]
    pool = await open_pool(owner_url, size=1, name="guilder demo")

    async def tell(tx: Tx) -> None:
        await teach_times(tx)
        for rewriting in await rewritings(tx):
            await tx.fetch(rewriting.freed)
            await tx.fetch(rewriting.told, tenant_id, begun, moved)
            await tx.fetch(rewriting.guarded)

    try:
        # Who holds one of these tables may be waiting for another: then it is told once more.
        await transact(pool, tenant_id, tell)
    finally:
        await pool.close()


@sql
async def clock(tx: Tx) -> datetime: ...


@sql
async def teach_times(tx: Tx) -> None: ...


@sql
async def rewritings(tx: Tx) -> list[Rewriting]: ...
