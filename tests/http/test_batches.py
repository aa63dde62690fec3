"""Calls that come at the same time share a transaction, and each has its own answer."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from guilder.app import System
from guilder.db import Tx
from guilder.http import Asked, Endpoint, get, post
from guilder.kernel import Problem
from tests.http.doors import Gate, calling, door_of
from tests.world import World


class OfThing(msgspec.Struct, frozen=True):
    """Which thing."""

    thing_id: UUID


class Told(msgspec.Struct, frozen=True):
    """Which thing was asked for, and how many were at once."""

    thing_id: UUID
    at_once: int


class NoSuchThing(Problem, status=404):
    """There is no such thing."""


MISSING = uuid4()


def reading(gate: Gate) -> Endpoint:
    """Looks at things once it may, however many are asked for."""

    @get("/v1/things/{thing_id}", "customers:read", problems=(NoSuchThing,))
    async def show_thing(_: Tx, asked: Sequence[Asked[None, OfThing]]) -> list[Told | Problem]:
        """Look at a thing."""
        await gate.wait()
        return [
            NoSuchThing() if one.path.thing_id == MISSING else Told(one.path.thing_id, len(asked))
            for one in asked
        ]

    return show_thing


def writing(name: str, gate: Gate) -> Endpoint:
    """Tells how many calls it was given at once."""

    @post(f"/v1/{name}", "customers:write")
    async def make(_: Tx, asked: Sequence[Asked[dict[str, int], None]]) -> list[int | Problem]:
        """Make something."""
        await gate.wait()
        return [len(asked) for _ in asked]

    return make


@pytest.mark.parametrize("body", [None, b'{"a": 1}'])
async def test_what_is_looked_at_at_once_is_read_at_once(
    system: System, world: World, body: bytes | None
) -> None:
    gate = Gate()
    async with calling(door_of(system, reading(gate)), world) as client:

        async def look(thing_id: object) -> httpx.Response:
            return await client.request("GET", f"/v1/things/{thing_id}", content=body)

        first = asyncio.create_task(look(uuid4()))
        await gate.reached.wait()
        ids = [uuid4(), MISSING, uuid4()]
        tasks = [asyncio.create_task(look(one)) for one in [*ids, "nothing"]]
        assert (await tasks[-1]).status_code == 404
        gate.opened.set()
        alone = await first
        answers = await asyncio.gather(*tasks[:-1])

    assert alone.json()["at_once"] == 1
    assert [answer.status_code for answer in answers] == [200, 404, 200]
    assert [answers[at].json() for at in (0, 2)] == [
        {"thing_id": str(ids[at]), "at_once": 3} for at in (0, 2)
    ]
    assert answers[1].json()["code"] == "no_such_thing"


async def test_who_writes_takes_turns_and_who_reads_does_not_wait(
    system: System, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guilder.db.turns.LONGEST_TURN_SECONDS", 60)
    slow, quick, look = Gate(), Gate(), Gate()
    quick.opened.set()
    look.opened.set()
    door = door_of(system, writing("slow", slow), writing("quick", quick), reading(look))
    async with calling(door, world) as client:
        holding = asyncio.create_task(client.post("/v1/slow", json={}))
        await slow.reached.wait()
        waiting = [asyncio.create_task(client.post("/v1/quick", json={})) for _ in range(3)]
        assert (await client.get(f"/v1/things/{uuid4()}")).status_code == 200
        assert not quick.reached.is_set()
        slow.opened.set()
        answers = await asyncio.gather(holding, *waiting)

    assert [answer.json() for answer in answers] == [1, 3, 3, 3]
