"""Two verbs on two connections, in the order that is hardest for them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from guilder.db import Tx
from tests.world import DEADLINE_SECONDS, World, eventually

Verb = Callable[[Tx], Awaitable[Any]]


async def race(
    world: World, first: Verb, second: Verb, *, elsewhere: World | None = None
) -> list[Any]:
    """Have the second begin when the first has acted and not committed; answer what came of both.

    The second must be held up by the first, or there would be nothing that keeps them apart. It
    may be a verb of another tenant.
    """
    first_has_acted, second_waits = asyncio.Event(), asyncio.Event()

    async def lead() -> Any:
        async with world.tx() as tx:
            outcome = await first(tx)
            first_has_acted.set()
            await second_waits.wait()
            return outcome

    async def follow() -> Any:
        await first_has_acted.wait()
        async with (elsewhere or world).tx() as tx:
            (backend,) = await tx.fetch("select pg_backend_pid() as pid")
            acting = asyncio.create_task(second(tx))  # type: ignore[arg-type]
            try:
                await eventually(lambda: is_held_up(world, backend["pid"]))
            finally:
                second_waits.set()
            return await acting

    async with asyncio.timeout(2 * DEADLINE_SECONDS):
        return await asyncio.gather(lead(), follow(), return_exceptions=True)


async def is_held_up(world: World, pid: int) -> bool:
    """Whether a connection waits for a lock that another one holds."""
    async with world.tx() as tx:
        (row,) = await tx.fetch("select cardinality(pg_blocking_pids($1)) > 0 as is_held_up", pid)
    return bool(row["is_held_up"])
