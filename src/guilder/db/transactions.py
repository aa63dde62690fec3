"""Transactions. There is no way to a tenant's rows without naming the tenant."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Final, TypeVar, final
from uuid import UUID

from guilder.kernel import Actor, TenantId

from .connection import Connection
from .pool import Pool
from .problems import DRIVER_ERRORS, RETRYABLE, TooMuchContention, problem_of
from .tx import Tx

MAX_ATTEMPTS: Final = 5
FIRST_PAUSE_SECONDS: Final = 0.005
ROLLBACK_SECONDS: Final = 2.0

R = TypeVar("R")


class CommitRefused(RuntimeError):
    """The transaction had failed before, and somebody went on as if it had not."""


def tenant_transaction(
    pool: Pool, tenant_id: TenantId, actor: Actor | None = None
) -> "Transaction":
    """Open a transaction in which row security shows this tenant's rows only."""
    if not isinstance(tenant_id, UUID):
        raise TypeError("a tenant is named by its UUID")
    # The one place that names the tenant. `local` ends with the transaction, however it ends.
    begin = f"begin; set local guilder.tenant = '{tenant_id}'"
    return Transaction(pool, begin, tenant_id=tenant_id, actor=actor)


def system_transaction(pool: Pool) -> "Transaction":
    """Open a transaction of no tenant: it reaches what belongs to all, by narrow functions."""
    return Transaction(pool, "begin", tenant_id=None, actor=None)


@asynccontextmanager
async def system_statement(pool: Pool) -> AsyncIterator[Tx]:
    """Lend a connection for one statement of the system, which is its own transaction.

    It saves the two round trips of `begin` and `commit` where there is nothing to combine.
    """
    connection = await pool.borrow()
    try:
        yield Tx(connection, None, None)
    except BaseException as error:
        await undo(pool, connection)
        raise_as_problem(error, connection)
        raise
    pool.give_back(connection)


async def transact(
    pool: Pool,
    tenant_id: TenantId,
    work: Callable[[Tx], Awaitable[R]],
    *,
    actor: Actor | None = None,
) -> R:
    """Run the work in the tenant's transaction; run it again when it lost against others."""
    attempt = 0
    while True:
        try:
            async with tenant_transaction(pool, tenant_id, actor) as tx:
                return await work(tx)
        except TooMuchContention as lost:
            attempt += 1
            if not isinstance(lost.__cause__, RETRYABLE) or attempt == MAX_ATTEMPTS:
                raise
        await asyncio.sleep(FIRST_PAUSE_SECONDS * 2**attempt * (0.5 + random.random()))  # noqa: S311


@final
class Transaction:
    """Committed when its block ends, rolled back when the block raises; then its signals go out."""

    def __init__(
        self, pool: Pool, begin: str, *, tenant_id: TenantId | None, actor: Actor | None
    ) -> None:
        self._pool = pool
        self._begin = begin
        self._tenant_id = tenant_id
        self._actor = actor

    async def __aenter__(self) -> Tx:
        self._connection = await self._pool.borrow()
        self._tx = Tx(self._connection, self._tenant_id, self._actor)
        try:
            await self._connection.execute(self._begin)
        except BaseException as error:
            await undo(self._pool, self._connection)
            raise_as_problem(error, self._connection)
            raise
        return self._tx

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            await undo(self._pool, self._connection)
            raise_as_problem(error, self._connection)
            return
        try:
            for hook in self._pool.before_commit:
                await hook(self._tx)
            for ending in self._tx.endings:
                await ending(self._tx)
            await self._commit()
        except BaseException as refused:
            await undo(self._pool, self._connection)
            raise_as_problem(refused, self._connection)
            raise
        self._pool.give_back(self._connection)
        if signals := self._pool.signals:
            for topic in self._tx.topics:
                signals.send(topic)

    async def _commit(self) -> None:
        """Commit, and notice where PostgreSQL has turned that into a rollback."""
        if await self._connection.execute("commit") != "COMMIT":
            raise CommitRefused


async def undo(pool: Pool, connection: Connection) -> None:
    """End the transaction, or else the connection: neither may reach the next borrower.

    Also where no transaction seems to be open: a statement that was cancelled
    may have begun one that the driver has not heard of.
    """
    try:
        if not connection.is_closed():
            await connection.execute("rollback", timeout=ROLLBACK_SECONDS)
    except (*DRIVER_ERRORS, TimeoutError):
        connection.terminate()
    except BaseException:
        connection.terminate()
        raise
    finally:
        pool.give_back(connection)


def raise_as_problem(error: BaseException, connection: Connection) -> None:
    """Raise the problem behind what went wrong between us and the server, if it is one."""
    if isinstance(error, OSError) and not connection.is_closed():
        return  # somebody else's trouble, which happened to pass through the transaction
    if isinstance(error, DRIVER_ERRORS) and (problem := problem_of(error)):
        raise problem from error
