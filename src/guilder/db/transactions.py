"""Transactions. There is no way to a tenant's rows without naming the tenant."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, TypeVar
from uuid import UUID

from guilder.kernel import Actor, TenantId

from .connection import Connection
from .pool import Pool
from .problems import RETRYABLE, TooMuchContention
from .tx import Tx

MAX_ATTEMPTS: Final = 5
FIRST_PAUSE_SECONDS: Final = 0.005

R = TypeVar("R")


class CommitRefused(RuntimeError):
    """The transaction had failed before, and somebody went on as if it had not."""


@asynccontextmanager
async def tenant_transaction(
    pool: Pool, tenant_id: TenantId, actor: Actor | None = None
) -> AsyncIterator[Tx]:
    """Open a transaction in which row security shows this tenant's rows only."""
    if not isinstance(tenant_id, UUID):
        raise TypeError("a tenant is named by its UUID")
    begin = f"begin; select kernel.set_tenant('{tenant_id}')"
    async with pool.connection() as connection:
        tx = Tx(connection, tenant_id, actor)
        async with _one_transaction(pool, connection, begin=begin, tx=tx):
            yield tx


@asynccontextmanager
async def system_transaction(pool: Pool) -> AsyncIterator[Tx]:
    """Open a transaction of no tenant: it reaches what belongs to all, by narrow functions."""
    async with pool.connection() as connection:
        tx = Tx(connection, None, None)
        async with _one_transaction(pool, connection, begin="begin", tx=tx):
            yield tx


async def transact(
    pool: Pool,
    tenant_id: TenantId,
    work: Callable[[Tx], Awaitable[R]],
    *,
    actor: Actor | None = None,
) -> R:
    """Run the work in the tenant's transaction; run it again when it lost against others."""
    for attempt in range(MAX_ATTEMPTS):
        try:
            async with tenant_transaction(pool, tenant_id, actor) as tx:
                return await work(tx)
        except TooMuchContention as lost:
            if not isinstance(lost.__cause__, RETRYABLE) or attempt == MAX_ATTEMPTS - 1:
                raise
        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + random.random()))  # noqa: S311
    raise AssertionError("the last attempt either returns or raises")


@asynccontextmanager
async def _one_transaction(
    pool: Pool, connection: Connection, *, begin: str, tx: Tx
) -> AsyncIterator[None]:
    try:
        await connection.execute(begin)
        yield
        for hook in pool.before_commit:
            await hook(tx)
        await _commit(connection)
    except BaseException:
        await _roll_back(connection)
        raise
    if pool.signals:
        for topic in tx.topics:
            pool.signals.send(topic)


async def _commit(connection: Connection) -> None:
    """Commit, and notice where PostgreSQL has turned that into a rollback."""
    if await connection.execute("commit") != "COMMIT":
        raise CommitRefused


async def _roll_back(connection: Connection) -> None:
    """End the transaction, or else the connection: neither may reach the next borrower."""
    if not connection.is_closed() and connection.is_in_transaction():
        try:
            await connection.execute("rollback", timeout=2)
        except BaseException:
            connection.terminate()
            raise
