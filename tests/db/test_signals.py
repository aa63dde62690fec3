"""Signals come through again after their connection was lost, also where nobody sends any."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

import guilder.db.signals
from guilder.db import Signals
from tests.world import eventually

CARRIER = """
    select pid from pg_stat_activity
    where datname = current_database() and application_name = 'guilder signals'
    and query like 'LISTEN%' and state = 'idle'
"""


@pytest.fixture
async def url(owner_url: str) -> AsyncIterator[str]:
    """A database of its own, where nobody else signals."""
    name = f"signals_{uuid4().hex}"
    owner = await asyncpg.connect(owner_url)
    await owner.execute(f"create database {name} template template0")
    yield urlunsplit(urlsplit(owner_url)._replace(path=f"/{name}"))
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest.fixture
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(url)
    yield owner
    await owner.close()


@pytest.fixture
async def signals(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Signals]:
    monkeypatch.setattr(guilder.db.signals, "RECONNECT_SECONDS", 0.02)
    signals = Signals(url)
    running = asyncio.create_task(signals.run())
    yield signals
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def carrier(owner: asyncpg.Connection, *, other_than: int | None = None) -> int:
    """The server's process that listens for these signals."""
    found: list[int] = []

    async def listens() -> bool:
        found[:] = [pid for (pid,) in await owner.fetch(CARRIER) if pid != other_than]
        return len(found) == 1

    await eventually(listens)
    return found[0]


async def test_who_only_listens_notices_a_connection_that_died(
    signals: Signals, owner: asyncpg.Connection
) -> None:
    heard: list[str] = []
    signals.listen("news", lambda: heard.append("news"))
    first = await carrier(owner)
    await owner.fetch("select pg_terminate_backend($1, 5000)", first)

    await carrier(owner, other_than=first)
    await owner.fetch("select pg_notify('guilder', 'another-process news')")

    async def has_heard() -> bool:
        return heard == ["news"]

    await eventually(has_heard)


async def test_what_is_sent_while_the_connection_is_away_wakes_this_process_anyway(
    signals: Signals, owner: asyncpg.Connection
) -> None:
    heard: list[str] = []
    signals.listen("news", lambda: heard.append("news"))
    await owner.fetch("select pg_terminate_backend($1, 5000)", await carrier(owner))

    signals.send("news")

    assert heard == ["news"]
