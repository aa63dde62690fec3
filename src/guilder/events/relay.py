"""The relay: takes committed facts to the tenants' logs, and tells whoever listens.

Any number of processes may run it: a pass takes a lock in the database, and who
does not get it has nothing to do. It is woken by a signal and needs none: it
looks again after a short pause by itself.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, final

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from guilder.db import Bell, Pool, Signals, Tx, sql, system_statement
from guilder.kernel import Problem, TenantId

from .consumers import Consumer, deliver
from .outbox import TOPIC

MOST_FACTS: Final = 1000
MOST_TENANTS: Final = 500
CONCURRENT_TENANTS: Final = 4
IDLE_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 1.0

LAG = Gauge("guilder_events_lag_seconds", "Age of the oldest fact that waits in the outbox.")
BACKLOG = Gauge("guilder_events_backlog", "Facts that wait in the outbox.")
HELD_UP = Gauge("guilder_events_held_up", "Consumers, by tenant, that a failing fact holds up.")
SKIPPED = Gauge("guilder_events_skipped", "Facts that were put aside for a person to look at.")
RELAYED = Counter("guilder_events_relayed_total", "Facts moved to their tenants' logs.")

log = structlog.get_logger()


class News(msgspec.Struct, frozen=True):
    """A tenant in whose log facts have arrived."""

    tenant_id: TenantId
    facts: int


class Backlog(msgspec.Struct, frozen=True):
    """What waits in the outbox, whom a fact holds up, and what was put aside."""

    facts: int
    seconds: float
    held_up: int
    skipped: int


def feed_topic(tenant_id: TenantId) -> str:
    """The signal that a tenant's log has grown."""
    return f"feed:{tenant_id}"


@final
class Relay:
    """Moves facts, and takes consumers forward, until cancelled."""

    def __init__(self, pool: Pool, signals: Signals, consumers: Sequence[Consumer]) -> None:
        self._pool = pool
        self._signals = signals
        self._consumers = tuple(consumers)
        self._bell = Bell()
        self._slots = asyncio.Semaphore(CONCURRENT_TENANTS)
        self._delivering: set[TenantId] = set()
        self._again: set[TenantId] = set()

    async def run(self) -> None:
        stop_listening = self._signals.listen(TOPIC, self._bell.ring)
        self._delivering.clear()  # a run that was cut short leaves its marks
        self._again.clear()
        try:
            await self._introduce_when_possible()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sweep(tasks))
                while True:
                    await self._carry(tasks)
        finally:
            stop_listening()

    async def introduce(self) -> None:
        """Let the database know every consumer by name."""
        async with system_statement(self._pool) as tx:
            await introduce(tx, names=[consumer.name for consumer in self._consumers])

    async def relay_once(self) -> int:
        """One pass, to its end: what is committed reaches its log and the consumers."""
        news = await self._move()
        for tenant in news:
            await self._deliver(tenant.tenant_id)
        return sum(tenant.facts for tenant in news)

    async def catch_up(self) -> list[TenantId]:
        """The tenants in which consumers were left behind, by a crash or by a failure."""
        names = [consumer.name for consumer in self._consumers]
        async with system_statement(self._pool) as tx:
            waiting = await lag(tx)
        LAG.set(waiting.seconds)
        BACKLOG.set(waiting.facts)
        HELD_UP.set(waiting.held_up)
        SKIPPED.set(waiting.skipped)
        async with system_statement(self._pool) as tx:
            return await behind(tx, names=names, most=MOST_TENANTS)

    async def _introduce_when_possible(self) -> None:
        while True:
            try:
                return await self.introduce()
            except Problem as trouble:
                log.warning("relay waits", reason=trouble.title)
            await asyncio.sleep(SWEEP_SECONDS)

    async def _carry(self, tasks: asyncio.TaskGroup) -> None:
        """Move what there is; deliver it beside, so that a slow consumer holds up nobody's log."""
        news: list[News] = []
        try:
            news = await self._move()
        except Problem as trouble:
            log.warning("relay waits", reason=trouble.title)
        for tenant in news:
            self._deliver_soon(tenant.tenant_id, tasks)
        if sum(tenant.facts for tenant in news) < MOST_FACTS:
            await self._bell.rest(IDLE_SECONDS)

    async def _move(self) -> list[News]:
        async with system_statement(self._pool) as tx:
            news = await relay(tx, most=MOST_FACTS)
        for tenant in news:
            self._signals.send(feed_topic(tenant.tenant_id))
            RELAYED.inc(tenant.facts)
        return news

    async def _sweep(self, tasks: asyncio.TaskGroup) -> None:
        """Look for who was left behind, again and again."""
        while True:
            tenants: list[TenantId] = []
            try:
                tenants = await self.catch_up()
            except Problem as trouble:
                log.warning("sweep waits", reason=trouble.title)
            for tenant_id in tenants:
                if tenant_id not in self._delivering:
                    self._deliver_soon(tenant_id, tasks)
            await asyncio.sleep(SWEEP_SECONDS)

    def _deliver_soon(self, tenant_id: TenantId, tasks: asyncio.TaskGroup) -> None:
        if tenant_id in self._delivering:
            self._again.add(tenant_id)
            return
        self._delivering.add(tenant_id)
        tasks.create_task(self._deliver(tenant_id))

    async def _deliver(self, tenant_id: TenantId) -> None:
        """Deliver until there is nothing new; what fails is found again by the sweep."""
        try:
            async with self._slots:
                more = True
                while more or tenant_id in self._again:
                    self._again.discard(tenant_id)
                    more = await deliver(self._pool, self._consumers, tenant_id)
        except Problem as trouble:
            log.warning("delivery waits", tenant_id=str(tenant_id), reason=trouble.title)
        except Exception:
            # One tenant's trouble is not the others': the sweep will find this one again.
            log.exception("delivery failed", tenant_id=str(tenant_id))
        finally:
            self._delivering.discard(tenant_id)


@sql
async def relay(tx: Tx, *, most: int) -> list[News]: ...


@sql
async def introduce(tx: Tx, *, names: list[str]) -> None: ...


@sql
async def behind(tx: Tx, *, names: list[str], most: int) -> list[TenantId]: ...


@sql
async def lag(tx: Tx) -> Backlog: ...
