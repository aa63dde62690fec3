"""How many calls a tenant may make in a minute.

All that come for a tenant draw on one quota, in whatever process: each counts in memory, tells
about once a second what it has counted, and learns what all have. So no call waits for that,
for a second more may pass than the limit, and with a process that dies a second's calls are
forgotten. Minutes are those of the database, so every process is in the same one, and they go
forward, also where its clock is set right. A call counts once its token is known to be good,
whatever is answered then; one repeated under its Idempotency-Key too.
"""

import asyncio
import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple, final

import msgspec

from guilder.db import Pool, Tx, sql, system_statement
from guilder.http.problems import TooManyRequests
from guilder.kernel import Actor, Problem, TenantId, Tool

CALLS_PER_MINUTE: Final = "api_calls_per_minute"
WINDOW: Final = timedelta(minutes=1)
WINDOW_SECONDS: Final = 60
EXCHANGE_SECONDS: Final = 1.0

FURTHEST_BACK: Final = timedelta(minutes=5)
"""So far a clock is set back while a minute runs, and the minute goes on."""


class Standing(NamedTuple):
    """What is left of a minute."""

    limit: int
    remaining: int
    reset_seconds: int

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        policy = f'"calls";q={self.limit};w={WINDOW_SECONDS}'
        left = f'"calls";r={self.remaining};t={self.reset_seconds}'
        return [(b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())]


class Total(msgspec.Struct, frozen=True):
    """What all processes have counted of a tenant in a minute."""

    tenant_id: TenantId
    calls: int


@final
class Rates(Tool):
    """Calls per tenant, with all its keys and sessions, within the minute that it is."""

    def __init__(self) -> None:
        self._minute = datetime.min.replace(tzinfo=UTC)
        self._known: dict[TenantId, int] = {}
        self._untold: dict[TenantId, int] = {}

    def count(self, actor: Actor, at: datetime) -> Standing | None:
        """Count one call, or refuse it. Nothing stands where nothing limits."""
        self._turn_to(at)
        tenant_id, limit = actor.tenant_id, actor.call_limit
        untold = self._untold.get(tenant_id, 0) + 1
        if limit is None:
            self._untold[tenant_id] = untold
            return None
        calls = self._known.get(tenant_id, 0) + untold
        left_seconds = math.ceil((self._minute + WINDOW - at).total_seconds())
        if calls > limit.calls:
            raise TooManyRequests(
                quota=CALLS_PER_MINUTE,
                limit=limit.calls,
                tier=limit.tier,
                retry_after=left_seconds,
            )
        self._untold[tenant_id] = untold
        return Standing(limit.calls, limit.calls - calls, left_seconds)

    async def used(self, tx: Tx, *, tenant_id: TenantId) -> int:
        """The calls of a tenant in this minute: what was told by all, and what is untold here."""
        self._turn_to(await tx.now())
        told = await calls_of(tx, tenant_id=tenant_id, minute=self._minute) or 0
        return max(told, self._known.get(tenant_id, 0)) + self._untold.get(tenant_id, 0)

    async def keep_exchanging(self, pool: Pool) -> None:
        """Exchange about once a second what is counted, until cancelled."""
        try:
            while True:
                await asyncio.sleep(EXCHANGE_SECONDS)
                await self.exchange(pool)
        finally:
            await self.exchange(pool)

    async def exchange(self, pool: Pool) -> None:
        """Tell what was counted since the last time, and learn what all have counted.

        It is told once. Where no answer comes, nobody knows whether it was heard: the others
        do without, rather than count it twice.
        """
        minute, telling, self._untold = self._minute, self._untold, {}
        if not telling:
            return
        for tenant_id, calls in telling.items():
            self._known[tenant_id] = self._known.get(tenant_id, 0) + calls
        totals: list[Total] = []
        with suppress(Problem):  # of a database that does not answer, whoever calls is told
            async with system_statement(pool) as tx:
                totals = await exchange_calls(
                    tx, minute=minute, tenants=list(telling), amounts=list(telling.values())
                )
        if minute == self._minute:
            for total in totals:
                known = self._known.get(total.tenant_id, 0)
                self._known[total.tenant_id] = max(known, total.calls)

    def _turn_to(self, at: datetime) -> None:
        """Begin another minute where this is one. What began just before counts into it too.

        Minutes only go forward, or a clock that is set right would give a tenant the same
        minutes twice. Who is far behind came after a clock that was wrong: nobody is held to
        a minute that is not coming for hours.
        """
        passed = at - self._minute
        if passed >= WINDOW or passed < -FURTHEST_BACK:
            self._minute = at.replace(second=0, microsecond=0)
            self._known, self._untold = {}, {}


@sql
async def exchange_calls(
    tx: Tx, *, minute: datetime, tenants: list[TenantId], amounts: list[int]
) -> list[Total]: ...


@sql
async def calls_of(tx: Tx, *, tenant_id: TenantId, minute: datetime) -> int | None: ...


@sql
async def forget_calls(tx: Tx) -> int: ...
