"""Transactions: what naming the tenant costs, and what group commit gives back."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import uvloop

from bench.house import database, house, tenant
from guilder import postgres
from guilder.app import System
from guilder.db import Batch, Tx, system_transaction, tenant_transaction
from guilder.jobs import JobId, enqueue_many
from guilder.kernel import Problem, TenantId

from .jobs import Nothing

SECONDS = 2.0
CLIENTS = (1, 16, 64)


async def rate(clients: int, once: Callable[[], Awaitable[object]]) -> float:
    """Calls a second by this many clients at once."""
    calls = 0
    end = time.perf_counter() + SECONDS

    async def client() -> None:
        nonlocal calls
        while time.perf_counter() < end:
            await once()
            calls += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return calls / SECONDS


async def compare(system: System, tenant_id: TenantId) -> None:
    async def write(tx: Tx, items: Sequence[Nothing]) -> Sequence[JobId | Problem]:
        return await enqueue_many(tx, items)

    async def in_tenant() -> None:
        async with tenant_transaction(system.pool, tenant_id) as tx:
            await enqueue_many(tx, [Nothing()])

    async def in_system() -> None:
        async with system_transaction(system.pool) as tx:
            await enqueue_many(tx, [Nothing()])

    batch = Batch(system.pool, write)
    for clients in CLIENTS:
        system_rate = await rate(clients, in_system)
        tenant_rate = await rate(clients, in_tenant)
        batch_rate = await rate(clients, lambda: batch(tenant_id, Nothing()))
        print(
            f"  {clients:2} clients: {tenant_rate:6.0f} a second one by one "
            f"({tenant_rate / system_rate:.2f} of no tenant), "
            f"{batch_rate:6.0f} in batches ({batch_rate / tenant_rate:.1f} times)"
        )


async def measure(server: postgres.Server) -> None:
    async with house(server) as system:
        await compare(system, (await tenant(system)).id)


def main() -> None:
    """Measure one durable write of a tenant."""
    with database() as server:
        uvloop.run(measure(server))
