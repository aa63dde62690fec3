"""A chronicle of a test's own tenant, and the owner of the database, who can spoil it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from guilder.db import Tx
from guilder.identity import audit
from guilder.identity.audit import AuditCheck, AuditEntry, AuditFilter, AuditHead, Chain
from tests.http.conftest import _every_answer_is_documented  # noqa: F401 - holds here too
from tests.payments.till import Till
from tests.world import World


@dataclass(frozen=True)
class Chronicle:
    """What is kept of a tenant, and ways to read it, check it and spoil it."""

    world: World
    owner: asyncpg.Connection

    async def write(self, *actions: str, **told: Any) -> None:
        """Record each, in a transaction of its own."""
        for action in actions:
            await self.world.do(lambda tx, name=action: note(tx, name, **told))  # type: ignore[misc]

    async def entries(self, **wanted: Any) -> list[AuditEntry]:
        """The entries that are wanted, oldest first."""
        return await self.world.do(
            lambda tx: audit.oldest_entries(tx, AuditFilter(**wanted), after=0, most=1000)
        )

    async def check(self, kept: AuditHead | None = None) -> AuditCheck:
        """What comes of following the chain."""
        chain = Chain(self.world.tenant_id, kept)
        while chain.outcome is None:
            await self.world.do(chain.go_on)
        return chain.outcome

    async def broken(self, kept: AuditHead | None = None) -> tuple[str | None, int | None]:
        """In what way the chain is broken, and where."""
        found = await self.check(kept)
        return found.flaw, found.broken_at

    async def spoil(self, statement: str, *params: Any) -> None:
        """What only the owner of the database could do; `$1` is the tenant."""
        assert "$1" in statement
        changed = await self.owner.execute(statement, self.world.tenant_id, *params)
        assert not changed.endswith(" 0"), changed


async def note(tx: Tx, action: str, *, id: UUID | None = None, **told: Any) -> None:  # noqa: A002
    """Record something that happened to a thing of no importance."""
    await audit.record(tx, action, type="thing", id=id or uuid4(), **told)


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=str)
    yield connection
    await connection.close()


@pytest.fixture
def till(world: World, owner: asyncpg.Connection) -> Till:
    return Till(world, owner)


@pytest.fixture
def chronicle(world: World, owner: asyncpg.Connection) -> Chronicle:
    return Chronicle(world, owner)
