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

from guilder.db import Pool, Signals, Tx, sql, system_transaction
from guilder.kernel import Problem, TenantId

from .consumers import Consumer, deliver
from .outbox import TOPIC

MOST_FACTS: Final = 1000
MOST_TENANTS: Final = 200
CONCURRENT_TENANTS: Final = 4
IDLE_SECONDS: Final = 0.5
SWEEP_SECONDS: Final = 1.0

LAG = Gauge("guilder_events_lag_seconds", "Age of the oldest fact that waits in the outbox.")
BACKLOG = Gauge("guilder_events_backlog", "Facts that wait in the outbox.")
RELAYED = Counter("guilder_events_relayed_total", "Facts moved to their tenants' logs.")

log = structlog.get_logger()


class News(msgspec.Struct, frozen=True):
    """A tenant in whose log facts have arrived."""

    tenant_id: TenantId
    facts: int


class Backlog(msgspec.Struct, frozen=True):
    """What waits in the outbox."""

    facts: int
    seconds: float


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
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(CONCURRENT_TENANTS)

    async def run(self) -> None:
        stop_listening = self._signals.listen(TOPIC, self._woken.set)
        introduced = False
        try:
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._sweep())
                while True:
                    try:
                        if not introduced:
                            await self.introduce()
                            introduced = True
                        moved = await self.relay_once()
                    except Problem as trouble:
                        log.warning("relay waits", reason=trouble.title)
                        moved = 0
                    if moved < MOST_FACTS:
                        await self._rest()
        finally:
            stop_listening()

    async def introduce(self) -> None:
        """Let the database know every consumer by name."""
        async with system_transaction(self._pool) as tx:
            await introduce(tx, names=[consumer.name for consumer in self._consumers])

    async def relay_once(self) -> int:
        """One pass: whatever is committed by now reaches its log, the streams and the consumers."""
        async with system_transaction(self._pool) as tx:
            news = await relay(tx, most=MOST_FACTS)
        for tenant in news:
            self._signals.send(feed_topic(tenant.tenant_id))
        await self._deliver_to([tenant.tenant_id for tenant in news])
        moved = sum(tenant.facts for tenant in news)
        RELAYED.inc(moved)
        return moved

    async def catch_up(self) -> bool:
        """Deliver what was left behind by a crash or a failure; answers whether there was any."""
        async with system_transaction(self._pool) as tx:
            names = [consumer.name for consumer in self._consumers]
            tenants = await behind(tx, names=names, most=MOST_TENANTS)
            waiting = await lag(tx)
        LAG.set(waiting.seconds)
        BACKLOG.set(waiting.facts)
        await self._deliver_to(tenants)
        return bool(tenants)

    async def _sweep(self) -> None:
        while True:
            try:
                more = await self.catch_up()
            except Problem as trouble:
                log.warning("sweep waits", reason=trouble.title)
                more = False
            await asyncio.sleep(0 if more else SWEEP_SECONDS)

    async def _deliver_to(self, tenants: Sequence[TenantId]) -> None:
        if self._consumers and tenants:
            await asyncio.gather(*map(self._deliver, tenants))

    async def _deliver(self, tenant_id: TenantId) -> None:
        async with self._slots:
            while await deliver(self._pool, self._consumers, tenant_id):
                pass

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        finally:
            self._woken.clear()


@sql
async def relay(tx: Tx, *, most: int) -> list[News]: ...


@sql
async def introduce(tx: Tx, *, names: list[str]) -> None: ...


@sql
async def behind(tx: Tx, *, names: list[str], most: int) -> list[TenantId]: ...


@sql
async def lag(tx: Tx) -> Backlog: ...
