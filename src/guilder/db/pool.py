"""Connections, lent to one transaction at a time.

Our own, because it is on the path of everything: a list of idle connections and
a queue of those who wait. The driver's pool does more and costs twice as much.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Final, final

import asyncpg

from .connection import PLANS, STATEMENT_CACHE, TIMEOUTS, Connection, teach_json
from .problems import DRIVER_ERRORS, DatabaseBusy, DatabaseUnavailable
from .signals import Signals
from .tx import Tx

ACQUIRE_SECONDS: Final = 5.0
"""A request that waits longer than this for a connection is better told to come back."""

CLOSE_SECONDS: Final = 5.0

Hook = Callable[[Tx], Awaitable[None]]


class Pool(ABC):
    """What transactions borrow their connections from, at most `size` at once."""

    size: int
    before_commit: list[Hook]
    signals: Signals | None

    @abstractmethod
    async def borrow(self) -> Connection:
        """A connection, to be given back once."""

    @abstractmethod
    def give_back(self, connection: Connection) -> None:
        """Let the next have it."""


@final
class Connections(Pool):
    """The application's connections, all of the role `guilder_app`."""

    def __init__(
        self, url: str, *, size: int, name: str, settings: Mapping[str, str] | None = None
    ) -> None:
        self.size = size
        self.before_commit: list[Hook] = []
        self.signals: Signals | None = None
        self._url = url
        self._name = name
        self._settings = dict(settings or {})
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._places = size
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()
        self._closing = False
        self._all_back = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many connections are at work."""
        return len(self._lent)

    async def borrow(self) -> Connection:
        """An idle connection, a new one, or the next that somebody gives back."""
        connection: Connection | None = None
        while connection is None:
            if self._closing:
                raise DatabaseUnavailable
            if self._idle:
                connection = self._still_open(self._idle.pop())
            elif self._places:
                connection = await self._connect()
            else:
                connection = await self._wait()
        self._lent.add(connection)
        return connection

    def give_back(self, connection: Connection) -> None:
        """Lend it on, or keep it; one that is not clean is closed, and its place is free."""
        self._lent.discard(connection)
        if not connection.is_closed() and (connection.is_in_transaction() or self._closing):
            connection.terminate()
        kept = self._still_open(connection)
        if not self._pass_on(kept) and kept:
            self._idle.append(kept)
        if self._closing and not self._lent:
            self._all_back.set()

    async def close(self) -> None:
        """Wait for what is under way, and then close; what hangs is cut off."""
        self._closing = True
        while self._pass_on(None):
            pass
        if self._lent:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._all_back.wait()
        for connection in (*self._lent, *self._idle):
            connection.terminate()

    def _still_open(self, connection: Connection) -> Connection | None:
        """The connection; or None where it has closed, and left its place to another."""
        if not connection.is_closed():
            return connection
        self._places += 1
        return None

    async def _connect(self) -> Connection:
        self._places -= 1
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await connect(self._url, name=self._name, settings=self._settings)
        except BaseException as failure:
            self._places += 1
            self._pass_on(None)
            if isinstance(failure, DRIVER_ERRORS):
                raise DatabaseUnavailable from failure
            raise

    async def _wait(self) -> Connection | None:
        """Wait for a connection, or for a place where a new one may be opened."""
        waiter: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await waiter
        except BaseException as failure:
            self._leave(waiter)
            if isinstance(failure, TimeoutError):
                raise DatabaseBusy from failure
            raise

    def _leave(self, waiter: asyncio.Future[Connection | None]) -> None:
        """Stop waiting; what was handed over in the same moment goes to the next."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.done() and not waiter.cancelled():
            handed = waiter.result()
            if handed:
                self.give_back(handed)
            else:
                self._pass_on(None)

    def _pass_on(self, connection: Connection | None) -> bool:
        """Hand a connection, or the news of a free place, to who has waited longest."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return True
        return False


@final
class Share(Pool):
    """A part of a pool, so that those who have to do with it leave the rest to others.

    Whoever waits for his turn in it waits for as long as his own time limit lets him.
    """

    def __init__(self, pool: Pool, size: int) -> None:
        self.size = size
        self.before_commit = pool.before_commit
        self.signals = pool.signals
        self._pool = pool
        self._turns = asyncio.Semaphore(size)

    async def borrow(self) -> Connection:
        await self._turns.acquire()
        try:
            return await self._pool.borrow()
        except BaseException:
            self._turns.release()
            raise

    def give_back(self, connection: Connection) -> None:
        self._pool.give_back(connection)
        self._turns.release()


async def connect(url: str, *, name: str, settings: Mapping[str, str] | None = None) -> Connection:
    """One connection as the application has it, with time limits on whatever it will do."""
    connection = await asyncpg.connect(
        url,
        statement_cache_size=STATEMENT_CACHE,
        max_cached_statement_lifetime=0,
        server_settings={
            "application_name": name,
            "search_path": "pg_catalog",
            **TIMEOUTS,
            **PLANS,
            **(settings or {}),
        },
    )
    await teach_json(connection)
    return connection


async def open_pool(url: str, *, size: int = 20, name: str = "guilder") -> Connections:
    """A pool with its first connection, so that an address that does not work is told at once."""
    pool = Connections(url, size=size, name=name)
    pool.give_back(await pool.borrow())
    return pool
