"""Connections, lent to one transaction at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, final

import asyncpg

from .connection import STATEMENT_CACHE, TIMEOUTS, Connection, PooledConnection, teach_json
from .problems import DatabaseBusy, DatabaseUnavailable, problem_of
from .signals import Signals
from .tx import Tx

ACQUIRE_SECONDS: Final = 5.0
"""A request that waits longer than this for a connection is better told to come back."""

Hook = Callable[[Tx], Awaitable[None]]


@final
class Pool:
    """The application's connections, all of the role `guilder_app`."""

    def __init__(self, lender: asyncpg.Pool) -> None:
        self.lender = lender
        self.before_commit: list[Hook] = []
        self.signals: Signals | None = None

    @property
    def busy(self) -> int:
        return self.lender.get_size() - self.lender.get_idle_size()

    @property
    def size(self) -> int:
        return self.lender.get_max_size()

    async def close(self) -> None:
        """Wait for transactions under way, and then close; what hangs is cut off."""
        try:
            await asyncio.wait_for(self.lender.close(), ACQUIRE_SECONDS)
        except TimeoutError:
            self.lender.terminate()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend a connection, and translate what goes wrong between us and the server."""
        try:
            lent = await self.lender.acquire(timeout=ACQUIRE_SECONDS)
        except TimeoutError as nothing_free:
            raise DatabaseBusy from nothing_free
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as refused:
            raise DatabaseUnavailable from refused
        try:
            yield lent
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            ours = isinstance(error, OSError) and not lent.is_closed()
            if ours or (problem := problem_of(error)) is None:
                raise
            raise problem from error
        finally:
            await self._take_back(lent)

    async def _take_back(self, lent: Any) -> None:
        try:
            await self.lender.release(lent, timeout=ACQUIRE_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return  # the driver has closed it; the next to borrow gets a new one


async def open_pool(url: str, *, size: int = 20, name: str = "guilder") -> Pool:
    """Connect as the application, with time limits on whatever it will do."""
    lender = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=size,
        max_queries=10_000_000,
        max_inactive_connection_lifetime=0,
        statement_cache_size=STATEMENT_CACHE,
        max_cached_statement_lifetime=0,
        connection_class=PooledConnection,
        init=teach_json,
        server_settings={"application_name": name, "search_path": "pg_catalog", **TIMEOUTS},
    )
    return Pool(lender)
