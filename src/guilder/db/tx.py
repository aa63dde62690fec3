"""One open transaction: what verbs receive, and never commit."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any, final

import asyncpg

from guilder.kernel import Actor, Fact, TenantId

from .connection import Connection
from .problems import DRIVER_ERRORS


@final
class Tx:
    """One open transaction, of one tenant or of the system."""

    def __init__(
        self, connection: Connection, tenant_id: TenantId | None, actor: Actor | None
    ) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self.actor = actor
        self.facts: list[Fact] = []
        self.endings: list[Callable[[Tx], Awaitable[None]]] = []
        self.topics: set[str] = set()
        self._savepoints = 0
        self._now: datetime | None = None

    @property
    def tenant_id(self) -> TenantId:
        if self._tenant_id is None:
            raise LookupError("this transaction belongs to no tenant")
        return self._tenant_id

    def emit(self, fact: Fact) -> None:
        """Tell what happened: written to the outbox just before the commit, or not at all."""
        if self._tenant_id is None:
            raise LookupError("a fact happens within a tenant")
        self.facts.append(fact)

    def conclude(self, ending: "Callable[[Tx], Awaitable[None]]") -> None:
        """Have something done last of all, just before the commit: it holds what many wait for."""
        self.endings.append(ending)

    def signal(self, topic: str) -> None:
        """Wake whoever waits for this topic, once the transaction is committed."""
        self.topics.add(topic)

    async def now(self) -> datetime:
        """When this transaction began, by the database's clock."""
        if self._now is None:
            (row,) = await self.fetch("select now()")
            self._now = row[0]
        return self._now

    def note_now(self, now: datetime) -> None:
        """Take the time from who has just read it here, so that nobody has to ask again."""
        self._now = now

    async def fetch(self, text: str, *params: Any) -> list[asyncpg.Record]:
        return await self._connection.fetch(text, *params)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A part that can fail alone: its rows, facts and endings go, the rest stays."""
        self._savepoints += 1
        name = f"savepoint_{self._savepoints}"
        facts, endings = len(self.facts), len(self.endings)
        await self._connection.execute(f"savepoint {name}")
        try:
            yield
        except BaseException:
            del self.facts[facts:], self.endings[endings:]
            with suppress(*DRIVER_ERRORS):  # without a connection there is nothing left to undo
                await self._connection.execute(f"rollback to savepoint {name}")
            raise
        await self._connection.execute(f"release savepoint {name}")
