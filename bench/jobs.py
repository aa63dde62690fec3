"""The queue: how many jobs go in and come out, and how soon one is picked up."""

import asyncio
import time
from typing import ClassVar

import uvloop

from bench.house import database, house, percentile, tenant
from guilder import postgres
from guilder.app import System
from guilder.db import Pool, system_transaction, transact
from guilder.jobs import InWorld, Job, Worker, enqueue, enqueue_many
from guilder.kernel import TenantId

ENQUEUES = 8000
CONNECTIONS = 8
JOBS = 20_000
PICKUPS = 300


class Nothing(Job, frozen=True):
    """A job with nothing to do."""

    name: ClassVar[str] = "bench.nothing"


class Tick(Job, frozen=True):
    """A job that tells when it was asked for."""

    name: ClassVar[str] = "bench.tick"
    asked_at: float


async def enqueue_rate(system: System, tenant_id: TenantId) -> float:
    """Transactions a second, each of a tenant and with one job in it."""

    async def client() -> None:
        for _ in range(ENQUEUES // CONNECTIONS):
            await transact(system.pool, tenant_id, lambda tx: enqueue(tx, Nothing()))

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return ENQUEUES / (time.perf_counter() - began)


async def processing_rate(system: System) -> float:
    """Jobs a second through one worker."""
    async with system_transaction(system.pool) as tx:
        waiting = ENQUEUES
        for _ in range(JOBS // 1000):
            waiting += len(await enqueue_many(tx, [Nothing()] * 1000))
    done = 0
    finished = asyncio.Event()

    async def count(_: Pool, __: object, ___: Nothing) -> None:
        nonlocal done
        done += 1
        if done == waiting:
            finished.set()

    worker = Worker(system.pool, system.signals, [InWorld(Nothing, count)], slots=400)
    began = time.perf_counter()
    working = asyncio.create_task(worker.run())
    await finished.wait()
    rate = waiting / (time.perf_counter() - began)
    worker.drain()
    await working
    return rate


async def pickup(system: System, tenant_id: TenantId) -> list[float]:
    """Milliseconds from the return of the enqueueing transaction to the job."""
    seen: list[float] = []

    async def note(_: Pool, __: object, tick: Tick) -> None:
        seen.append((time.perf_counter() - tick.asked_at) * 1000)

    worker = Worker(system.pool, system.signals, [InWorld(Tick, note)])
    working = asyncio.create_task(worker.run())
    for _ in range(PICKUPS):
        await transact(system.pool, tenant_id, lambda tx: enqueue(tx, Tick(time.perf_counter())))
        await asyncio.sleep(0.01)
    worker.drain()
    await working
    return seen


async def measure(server: postgres.Server) -> None:
    async with house(server) as system:
        carrying = asyncio.create_task(system.signals.run())
        founded = await tenant(system)
        print(f"  transactional enqueues   {await enqueue_rate(system, founded.id):7.0f}/s", end="")
        print(f"  at {CONNECTIONS} connections (goal: 3500)")
        print(f"  no-op jobs processed     {await processing_rate(system):7.0f}/s  (goal: 5000)")
        waits = await pickup(system, founded.id)
        print(f"  pickup after the enqueue began {percentile(waits, 0.5):7.2f} ms p50, ", end="")
        print(f"{percentile(waits, 0.99):.2f} ms p99 (goal: 5 p50)")
        carrying.cancel()


def main() -> None:
    """Measure the queue."""
    with database() as server:
        uvloop.run(measure(server))
