"""Facts: how soon one is picked up after its commit, and how many are carried."""

import asyncio
import time
from collections.abc import Sequence
from typing import ClassVar

import msgspec
import uvloop

from bench.house import database, house, percentile, tenant
from guilder import postgres
from guilder.app import System
from guilder.db import Tx, tenant_transaction
from guilder.events import Consumer, Event, Relay
from guilder.kernel import Fact, TenantId

PICKUPS = 300
FACTS = 20_000
FACTS_A_TRANSACTION = 100


class Note(msgspec.Struct):
    """What the fact tells."""

    told_at: float


class Noted(Fact, frozen=True):
    """Something was noted."""

    name: ClassVar[str] = "bench.noted"
    data: Note


async def pickup(system: System, tenant_id: TenantId) -> list[float]:
    """Milliseconds from the return of the commit to the consumer's effect."""
    committed: dict[int, float] = {}
    seen: list[float] = []

    async def note(_: Tx, events: Sequence[Event]) -> None:
        for event in events:
            number = int(event.data["told_at"])
            seen.append((time.perf_counter() - committed.get(number, time.perf_counter())) * 1000)

    relay = Relay(
        system.pool, system.signals, [Consumer("bench.pickup", note, frozenset({Noted.name}))]
    )
    carrying = asyncio.create_task(relay.run())
    for number in range(PICKUPS):
        async with tenant_transaction(system.pool, tenant_id) as tx:
            tx.emit(Noted(tenant_id, Note(number)))
        committed[number] = time.perf_counter()
        await asyncio.sleep(0.02)
    carrying.cancel()
    return seen


async def carried(system: System, tenant_id: TenantId) -> float:
    """Facts a second from the outbox to a consumer's effect."""
    for _ in range(FACTS // FACTS_A_TRANSACTION):
        async with tenant_transaction(system.pool, tenant_id) as tx:
            for number in range(FACTS_A_TRANSACTION):
                tx.emit(Noted(tenant_id, Note(number)))
    seen = 0
    finished = asyncio.Event()

    async def count(_: Tx, events: Sequence[Event]) -> None:
        nonlocal seen
        seen += len(events)
        if seen >= FACTS:
            finished.set()

    relay = Relay(
        system.pool, system.signals, [Consumer("bench.carried", count, frozenset({Noted.name}))]
    )
    await relay.introduce()
    began = time.perf_counter()
    carrying = asyncio.create_task(relay.run())
    await finished.wait()
    rate = FACTS / (time.perf_counter() - began)
    carrying.cancel()
    return rate


async def measure(server: postgres.Server) -> None:
    async with house(server) as system:
        carrying = asyncio.create_task(system.signals.run())
        founded = await tenant(system)
        waits = await pickup(system, founded.id)
        print(f"  pickup after the commit  {percentile(waits, 0.5):7.2f} ms p50, ", end="")
        print(f"{percentile(waits, 0.99):.2f} ms p99 (goal: 10 p50)")
        print(f"  facts carried            {await carried(system, founded.id):7.0f}/s")
        carrying.cancel()


def main() -> None:
    """Measure the relay."""
    with database() as server:
        uvloop.run(measure(server))
