"""Calls that come at the same time share a transaction, and each has its own answer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from guilder.app import System
from guilder.db import Tx
from guilder.http import Asked, Door, Endpoint, Visit, get, post
from guilder.kernel import Actor, ActorKind, CallLimit, Problem, TenantId
from tests.http.documents import problem
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
LIMIT = 4
AT = datetime(2099, 1, 2, 3, 4, 30, tzinfo=UTC)


class Turnstile:
    """Lets one caller in, in a minute that does not end, and counts how often it is asked to."""

    def __init__(self, tenant_id: TenantId, *scopes: str) -> None:
        self._tenant_id = tenant_id
        self._scopes = frozenset(scopes)
        self.is_good = True
        self.admissions = 0

    def tenant_of(self, *_: str | None) -> TenantId:
        """Everybody is of the one tenant."""
        return self._tenant_id

    async def admit(self, tx: Tx, _: Visit) -> Actor | None:
        """The one caller, while their token is good."""
        self.admissions += 1
        tx.note_now(AT)
        if not self.is_good:
            return None
        limit = CallLimit(LIMIT, "free")
        return Actor(
            kind=ActorKind.API_KEY,
            tenant_id=self._tenant_id,
            scopes=self._scopes,
            call_limit=limit,
        )


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


async def at_once(
    door: Door, world: World, gate: Gate, *, calls: int
) -> tuple[httpx.Response, list[httpx.Response]]:
    """One call alone, and then so many that come while it is being answered."""
    async with calling(door, world, secret="known") as client:

        async def look() -> httpx.Response:
            return await client.get(f"/v1/things/{uuid4()}")

        alone = asyncio.create_task(look())
        await gate.reached.wait()
        together = [asyncio.create_task(look()) for _ in range(calls)]
        await asyncio.sleep(0)
        gate.opened.set()
        return await alone, await asyncio.gather(*together)


async def test_calls_over_the_limit_are_refused_at_once(system: System, world: World) -> None:
    """Each that comes within the limit is answered; all others cost one admission together."""
    gate, turnstile = Gate(), Turnstile(world.tenant_id, "customers:read")
    door = door_of(system, reading(gate), gatekeeper=turnstile)

    _, some = await at_once(door, world, gate, calls=LIMIT + 1)
    assert [answer.status_code for answer in some] == [200] * (LIMIT - 1) + [429] * 2
    assert [answer.headers["ratelimit"] for answer in some] == [
        f'"calls";r={left};t=30' for left in (2, 1, 0, 0, 0)
    ]
    turnstile.admissions = 0
    async with calling(door, world, secret="known") as client:
        refused = await asyncio.gather(*(client.get(f"/v1/things/{MISSING}") for _ in range(8)))

    for answer in refused:
        document = problem(answer, 429, "too_many_requests")
        assert (document["limit"], document["retry_after"]) == (LIMIT, 30)
        assert answer.headers["retry-after"] == "30"
    assert turnstile.admissions == 1
    assert len({answer.json()["request_id"] for answer in refused}) == 8


async def test_who_is_not_let_in_is_asked_for_once_and_not_counted(
    system: System, world: World
) -> None:
    gate, turnstile = Gate(), Turnstile(world.tenant_id, "customers:read")
    door = door_of(system, reading(gate), gatekeeper=turnstile)
    turnstile.is_good = False
    async with calling(door, world, secret="known") as client:
        refused = await asyncio.gather(*(client.get(f"/v1/things/{MISSING}") for _ in range(8)))
        admissions, turnstile.is_good = turnstile.admissions, True
        gate.opened.set()
        good = await client.get(f"/v1/things/{uuid4()}")

    for answer in refused:
        problem(answer, 401, "not_authenticated")
    assert admissions == 1
    assert good.headers["ratelimit"] == f'"calls";r={LIMIT - 1};t=30'


async def test_whoever_lacks_the_permission_is_told_so_once_each_and_counted(
    system: System, world: World
) -> None:
    turnstile = Turnstile(world.tenant_id, "products:read")
    door = door_of(system, reading(Gate()), gatekeeper=turnstile)
    async with calling(door, world, secret="known") as client:
        refused = await asyncio.gather(*(client.get(f"/v1/things/{MISSING}") for _ in range(3)))

    for answer in refused:
        assert problem(answer, 403, "permission_missing")["needs"] == "customers:read"
    assert turnstile.admissions == 1
    assert sorted(answer.headers["ratelimit"] for answer in refused) == [
        f'"calls";r={left};t=30' for left in (1, 2, 3)
    ]
