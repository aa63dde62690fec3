"""A process about to stop: what is under way is finished, what comes is sent elsewhere."""

import asyncio

from guilder.db import Tx
from guilder.http import Endpoint, post
from tests.http.documents import problem
from tests.http.doors import Gate, door_of
from tests.http.serving import serving
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
