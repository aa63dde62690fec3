"""A process about to stop: what is under way is finished, what comes is sent elsewhere."""

import asyncio

import pytest

from guilder.db import Tx
from guilder.http import Endpoint, post
from guilder.http import request as requests
from tests.http.documents import problem
from tests.http.doors import Gate, door_of
from tests.http.serving import Served, serving
from tests.world import World


def slow_post(gate: Gate) -> Endpoint:
    @post("/v1/tests/slow", "tests:write")
    async def slow(tx: Tx) -> str:
        """Wait until the test says so."""
        await tx.fetch("select 1")
        await gate.wait()
        return "done"

    return slow


async def test_what_is_under_way_is_finished(world: World) -> None:
    gate = Gate()
    secret = (await world.key("*")).secret
    async with (
        serving(door_of(world.system, slow_post(gate))) as served,
        served.program(secret) as program,
        served.program(secret) as late,
    ):
        slow = asyncio.create_task(program.post("/v1/tests/slow"))
        await gate.reached.wait()
        assert (await late.get("/v1/tenant")).status_code == 200
        served.door.drain()
        refused = await late.get("/v1/tenant")
        served.server.should_exit = True
        gate.opened.set()
        done = await slow

    problem(refused, 503, "shutting_down")
    assert (done.status_code, done.json()) == (201, "done")


async def test_what_takes_too_long_is_told_to_come_back(world: World) -> None:
    gate = Gate()
    secret = (await world.key("*")).secret
    async with (
        serving(door_of(world.system, slow_post(gate)), grace_seconds=0) as served,
        served.program(secret) as program,
    ):
        slow = asyncio.create_task(program.post("/v1/tests/slow"))
        await gate.reached.wait()
        served.door.drain()
        served.server.should_exit = True
        refused = await slow

    problem(refused, 503, "shutting_down")
    assert refused.headers["retry-after"] == "2"


async def test_streams_end_and_whole(world: World) -> None:
    secret = (await world.key("*")).secret
    async with (
        serving(door_of(world.system)) as served,
        served.program(secret) as program,
        program.stream("GET", "/v1/events/stream") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext(lines) == ": listening"
        served.door.drain()
        rest = [line async for line in lines]

    assert "".join(rest) == ""


HALF = (
    b"POST /v1/api-keys HTTP/1.1\r\nhost: x\r\nauthorization: Bearer %b\r\n"
    b"content-type: application/json\r\ncontent-length: 500\r\n\r\n{"
)


async def test_half_a_body_is_told_to_come_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "DISCARD_SECONDS", 1000)
    secret = (await world.key("*")).secret.encode()
    async with (
        serving(door_of(world.system), grace_seconds=0) as served,
        served.wire() as wire,
    ):
        await wire.say(HALF % secret)
        await _is_being_read(served)
        served.door.drain()
        served.server.should_exit = True
        refused = await wire.hear()
        assert await wire.is_closed()

    problem(refused, 503, "shutting_down")
    assert refused.headers["retry-after"] == "2"
    assert refused.headers["connection"] == "close"


async def test_who_was_refused_and_is_still_sending_hears_why(world: World) -> None:
    async with (
        serving(door_of(world.system), grace_seconds=0) as served,
        served.wire() as wire,
    ):
        await wire.say(HALF % b"gk_live_none")
        await _is_being_read(served)
        served.door.drain()
        served.server.should_exit = True
        refused = await wire.hear()
        assert await wire.is_closed()

    problem(refused, 401, "not_authenticated")


async def _is_being_read(served: Served) -> None:
    """Until the server waits for the rest of a body: its task has run as far as it could."""
    while not served.server.server_state.tasks:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_a_whole_body_is_taken_before_its_sender_is_sent_elsewhere(world: World) -> None:
    secret = (await world.key("*")).secret.encode()
    head, _, _ = HALF.replace(b"500", b"3000000").rpartition(b"{")
    async with serving(door_of(world.system)) as served, served.wire() as wire:
        served.door.drain()
        await wire.say(head % secret)
        await _is_being_read(served)
        await wire.say(b" " * 3_000_000)
        problem(await wire.hear(), 503, "shutting_down")
        await wire.say(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n")
        problem(await wire.hear(), 404, "not_found")
