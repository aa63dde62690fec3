"""A house to measure in: a database of its own, with a real disk under it, and a tenant."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import uvloop

from guilder import db, events, identity, postgres
from guilder.app import System, open_system
from guilder.identity import Tenant, Tier
from guilder.settings import MIGRATIONS, read_settings


@contextmanager
def database() -> Iterator[postgres.Server]:
    """An embedded server with the settings of everyday, durable commits included."""
    with tempfile.TemporaryDirectory(prefix="guilder-bench-") as folder:
        server = postgres.open_server(Path(folder))
        try:
            server.wait_ready()
            uvloop.run(db.migrate(server.url("guilder"), MIGRATIONS))
            yield server
        finally:
            server.stop()


@asynccontextmanager
async def house(server: postgres.Server, *, pool_size: int = 20) -> AsyncIterator[System]:
    """The system as one process has it, without its loops."""
    with tempfile.TemporaryDirectory(prefix="guilder-bench-") as folder:
        settings = read_settings({}, data=folder, pool_size=pool_size)
        async with open_system(settings, server.url(db.APP_ROLE)) as system:
            yield system


async def tenant(system: System) -> Tenant:
    """A tenant without limits."""
    async with db.system_transaction(system.pool) as tx:
        tenant_id = await identity.new_tenant_id(tx)
    async with db.tenant_transaction(system.pool, tenant_id) as tx:
        return await identity.create_tenant(tx, name="Bench", tier=Tier.ENTERPRISE)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


__all__ = ["database", "events", "house", "percentile", "tenant"]
