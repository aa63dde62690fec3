"""The numbers of orders: short, each once, and rising; and no sale waits for another to get one.

A number is taken in a transaction of its own, on a connection of its own, which holds the tenant's
counter for a moment. That commit does not wait for the disk: no order that uses a number can be on
the disk before the counter is, since both are written to one log in their order. A sale that fails
leaves a gap.
"""

from typing import final

import msgspec

from guilder.db import Connections, Tx, sql, system_statement
from guilder.kernel import TenantId, Tool

from .order import OrderLineId


class Taken(msgspec.Struct, frozen=True):
    """Numbers that rise from the first, and fresh ids."""

    first: int
    line_ids: list[OrderLineId]


@final
class Numbers(Tool):
    """Hands out numbers, to whoever is in the middle of a transaction too."""

    def __init__(self, url: str) -> None:
        self._pool = Connections(
            url, size=1, name="guilder numbers", settings={"synchronous_commit": "off"}
        )

    async def take(self, tenant_id: TenantId, count: int, *, lines: int) -> Taken:
        """The tenant's next numbers, and an id for each line of what gets them."""
        async with system_statement(self._pool) as tx:
            return await take_numbers(tx, tenant_id=tenant_id, count=count, lines=lines)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._pool.close()


@sql
async def take_numbers(tx: Tx, *, tenant_id: TenantId, count: int, lines: int) -> Taken: ...
