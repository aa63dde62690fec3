"""Turns: one batch of a tenant at a time, and who goes first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest

from guilder.db import Turns
from guilder.db.turns import CROWD, MOST_PASSED_BY
from guilder.kernel import TenantId

DEADLINE_SECONDS = 5


class Line:
    """The batches of one tenant, by name, and which of them had their turn."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.tenant_id = TenantId(uuid4())
        self.went: list[str] = []
        self.waiting: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def at_work(self, items: int) -> AsyncIterator[None]:
        """A batch of so many has its turn meanwhile."""
        async with self.turns.of(self.tenant_id, range(items)):
            yield

    async def come(self, name: str, items: int = 1) -> asyncio.Task[None]:
        """A batch of so many comes to wait."""

        async def go() -> None:
            async with self.turns.of(self.tenant_id, range(items)):
                self.went.append(name)

        task = asyncio.create_task(go())
        self.waiting.append(task)
        await asyncio.sleep(0)
        self.turns.came(self.tenant_id)
        return task

    async def all_had_their_turn(self) -> list[str]:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await asyncio.gather(*self.waiting, return_exceptions=True)
        return self.went


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """Where somebody is waited for, it is until they have come."""
    monkeypatch.setattr("guilder.db.turns.GATHERING_SHARE", 1e9)
    monkeypatch.setattr("guilder.db.turns.MOST_GATHERING_SECONDS", 60.0)
    return Line()


async def test_the_fullest_goes_first(line: Line) -> None:
    async with line.at_work(1):
        for name, items in (("few", 1), ("many", 3), ("some", 2)):
            await line.come(name, items)

    assert await line.all_had_their_turn() == ["many", "some", "few"]


async def test_nobody_is_passed_by_for_ever(line: Line) -> None:
    async with line.at_work(1):
        await line.come("one")
        for number in range(MOST_PASSED_BY + 2):
            await line.come(f"two {number}", 2)

    went = await line.all_had_their_turn()

    assert went.index("one") == MOST_PASSED_BY


async def test_after_a_crowd_the_next_waits_until_it_is_back(line: Line) -> None:
    async with line.at_work(CROWD):
        await line.come("early", 2)
    assert line.went == []

    await line.come("back", CROWD - 1)
    assert line.went == []
    await line.come("the last", 1)

    assert await line.all_had_their_turn() == ["back", "early", "the last"]


async def test_after_few_nobody_is_waited_for(line: Line) -> None:
    async with line.at_work(CROWD - 1):
        await line.come("next")

    assert await line.all_had_their_turn() == ["next"]


async def test_a_crowd_that_does_not_come_back_is_not_waited_for_long(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guilder.db.turns.MOST_GATHERING_SECONDS", 0.001)
    async with line.at_work(CROWD):
        await line.come("next")

    assert await line.all_had_their_turn() == ["next"]
    await line.come("and another")
    assert await line.all_had_their_turn() == ["next", "and another"]


async def test_who_goes_away_leaves_the_turn_to_the_others(line: Line) -> None:
    async with line.at_work(1):
        gone = await line.come("gone", 3)
        await line.come("still there", 2)
        going = await line.come("going", 1)
        gone.cancel()
        await asyncio.sleep(0)
    going.cancel()

    assert await line.all_had_their_turn() == ["still there"]


async def test_a_turn_that_came_to_somebody_who_went_is_passed_on(line: Line) -> None:
    async with line.at_work(1):
        first = await line.come("first", 3)
        await line.come("second", 2)
    first.cancel()

    assert await line.all_had_their_turn() == ["second"]


async def test_somebody_who_goes_as_their_turn_comes_passes_it_on_once(line: Line) -> None:
    may_end, has_begun = asyncio.Event(), asyncio.Event()

    async def stay() -> None:
        async with line.turns.of(line.tenant_id, range(2)):
            has_begun.set()
            await may_end.wait()

    async with line.at_work(1):
        going = await line.come("going", 3)
        staying = asyncio.create_task(stay())
        await asyncio.sleep(0)
        await line.come("waiting")
        going.cancel()
    await has_begun.wait()
    await asyncio.sleep(0)
    assert line.went == []

    may_end.set()
    await staying
    assert await line.all_had_their_turn() == ["waiting"]


async def test_tenants_do_not_wait_for_each_other(line: Line) -> None:
    async with (
        asyncio.timeout(DEADLINE_SECONDS),
        line.at_work(CROWD),
        line.turns.of(TenantId(uuid4()), range(9)),
    ):
        pass
