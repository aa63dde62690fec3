"""How many calls in a minute, how many at once, for how long."""

import asyncio
from collections.abc import AsyncIterator

import httpx

from guilder.db import Tx
from guilder.http import Endpoint, EventStream, get
from guilder.http.streams import Streams
from guilder.identity import Tier
from guilder.kernel import Actor
from tests.http.documents import has_common_headers, problem
from tests.http.doors import Gate, calling, door_of
from tests.world import World

FREE_CALLS = 600
TILL = {"name": "Till", "scopes": ["*"]}


async def test_a_tier_has_its_calls_in_a_minute_and_no_more(world: World) -> None:
    free = await World.found(world.system, tier=Tier.FREE)
    door = door_of(world.system)
    async with calling(door, free, "tenant:read") as one, calling(door, free, "tenant:read") as two:
        # A minute may end on the way, so twice as many are surely too many for one of two minutes.
        standing = ""
        for turn in range(2 * FREE_CALLS + 2):
            answer = await (one, two)[turn % 2].get("/v1/tenant")
            if answer.status_code != 200:
                break
            assert answer.headers["ratelimit-policy"] == '"calls";q=600;w=60'
            standing = answer.headers["ratelimit"]
        elsewhere = await one.post("/v1/api-keys", json={})

    document = problem(answer, 429, "too_many_requests")
    assert standing.startswith('"calls";r=0;t=')
    assert document["limit"] == FREE_CALLS
    assert 1 <= int(answer.headers["retry-after"]) == document["retry_after"] <= 60
    assert answer.headers["ratelimit"].startswith('"calls";r=0;t=')
    assert elsewhere.status_code in {403, 429}
    async with calling(door, world) as neighbour:
        assert (await neighbour.get("/v1/tenant")).status_code == 200


async def test_refused_calls_count_too(world: World) -> None:
    free = await World.found(world.system, tier=Tier.FREE)
    async with calling(door_of(world.system), free, "tenant:read") as program:
        missing = await program.get("/v1/events")
        wrong = await program.get("/v1/tenant?x=1")

    problem(missing, 403, "permission_missing")
    problem(wrong, 422, "invalid_request")
    assert '"calls";r=' in missing.headers["ratelimit"]
    assert '"calls";r=' in wrong.headers["ratelimit"]


async def test_a_tier_without_limit_says_nothing_of_one(api: httpx.AsyncClient) -> None:
    assert "ratelimit" not in (await api.get("/v1/tenant")).headers


def slow_get(gate: Gate) -> Endpoint:
    @get("/v1/tests/slow", "tests:read")
    async def slow(actor: Actor) -> str:
        """Wait until the test says so."""
        await gate.wait()
        return str(actor)

    return slow


async def test_what_cannot_be_served_well_is_refused(world: World) -> None:
    gate = Gate()
    door = door_of(world.system, slow_get(gate), max_in_flight=1)
    async with calling(door, world) as program:
        first = asyncio.create_task(program.get("/v1/tests/slow"))
        await gate.reached.wait()
        refused = await program.get("/v1/tenant")
        gate.opened.set()
        served = await first
        again = await program.get("/v1/tenant")

    problem(refused, 503, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert (served.status_code, again.status_code) == (200, 200)


async def test_bodies_on_their_way_take_nobodys_place(world: World) -> None:
    door = door_of(world.system, max_in_flight=1)
    begun, arrives = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        yield b'{"name": "Till", '
        begun.set()
        await arrives.wait()
        yield b'"scopes": ["*"]}'

    async with calling(door, world) as program:
        headers = {"content-type": "application/json"}
        slow = asyncio.create_task(
            program.post("/v1/api-keys", content=slow_body(), headers=headers)
        )
        await begun.wait()
        served = await program.get("/v1/tenant")
        arrives.set()
        made = await slow

    assert (served.status_code, made.status_code) == (200, 201)


async def test_bodies_have_so_much_room_together_and_no_more(world: World) -> None:
    door = door_of(world.system, max_body_bytes_under_way=90)
    begun, arrives = asyncio.Event(), asyncio.Event()

    async def slow_body() -> AsyncIterator[bytes]:
        yield b'{"name": "Till", ' + b" " * 50
        begun.set()
        await arrives.wait()
        yield b'"scopes": ["*"]}'

    async with calling(door, world) as program:
        headers = {"content-type": "application/json"}
        slow = asyncio.create_task(
            program.post("/v1/api-keys", content=slow_body(), headers=headers)
        )
        await begun.wait()
        refused = await program.post("/v1/api-keys", json=TILL)
        served = await program.get("/v1/tenant")
        arrives.set()
        made = await slow
        again = [(await program.post("/v1/api-keys", json=TILL)).status_code for _ in range(3)]

    problem(refused, 503, "overloaded")
    assert refused.headers["retry-after"] == "1"
    assert (served.status_code, made.status_code, again) == (200, 201, [201] * 3)


async def test_who_sends_no_key_takes_no_room(world: World) -> None:
    door = door_of(world.system, max_body_bytes_under_way=0)
    async with calling(door, world, secret="gk_live_none") as stranger:
        answer = await stranger.post("/v1/api-keys", json=TILL)

    problem(answer, 401, "not_authenticated")


async def test_a_refused_body_leaves_its_room_to_others(world: World) -> None:
    door = door_of(world.system, max_body_bytes_under_way=1_100_000)
    async with calling(door, world) as program:
        headers = {"content-type": "application/json"}
        for _ in range(3):
            large = await program.post("/v1/api-keys", content=_pieces(), headers=headers)
            problem(large, 413, "body_too_large")
        wrong = await program.post("/v1/api-keys", content=b" " * 900_000, headers=headers)

    problem(wrong, 400, "malformed_body")


async def _pieces() -> AsyncIterator[bytes]:
    for _ in range(11):
        yield b" " * 100_000


async def test_a_request_has_its_time_and_no_more(world: World) -> None:
    @get("/v1/tests/hanging", "tests:read", timeout_seconds=0.05)
    async def hang(tx: Tx) -> str:
        """Take longer than it may."""
        await tx.fetch("select pg_sleep(20)")
        return "never"

    async with calling(door_of(world.system, hang), world) as program:
        slow = await program.get("/v1/tests/hanging")
        well = await program.get("/v1/tenant")

    problem(slow, 503, "endpoint_timeout")
    assert slow.headers["retry-after"] == "5"
    assert well.status_code == 200


async def test_a_bug_says_nothing_but_its_request_id(world: World) -> None:
    @get("/v1/tests/bug", "tests:read")
    async def bug(tx: Tx) -> str:
        """Fail."""
        await tx.fetch("select 1 / 0 as secret_column")
        return "never"

    async with calling(door_of(world.system, bug), world) as program:
        document = problem(await program.get("/v1/tests/bug"), 500, "internal_error")

    assert document.keys() == {"type", "title", "status", "code", "request_id"}


async def test_one_tenant_leaves_streams_to_the_others(world: World, other: World) -> None:
    streams = Streams(most_of_one=1)
    gate = Gate()

    async def chunks() -> AsyncIterator[bytes]:
        yield b": first\n\n"
        await gate.wait()

    @get("/v1/tests/stream", "tests:read")
    async def stream(actor: Actor) -> EventStream:  # noqa: ARG001 - it needs one, and that is all
        """Wait until the test says so."""
        return EventStream(chunks())

    door = door_of(world.system, stream, streams=streams)
    async with calling(door, world) as program, calling(door, other) as stranger:
        held = asyncio.create_task(program.get("/v1/tests/stream"))
        await gate.reached.wait()
        refused = await program.get("/v1/tests/stream")
        gate.reached.clear()
        theirs = asyncio.create_task(stranger.get("/v1/tests/stream"))
        await gate.reached.wait()
        gate.opened.set()
        answers = [await held, await theirs]
        again = await program.get("/v1/tests/stream")

    assert problem(refused, 429, "too_many_streams")["maximum"] == 1
    assert [one.text for one in (*answers, again)] == [": first\n\n"] * 3
    assert has_common_headers(again)
