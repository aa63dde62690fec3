"""The log as a stream: without gaps, without duplicates, until the key is revoked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from guilder import identity
from tests.http.documents import has_common_headers, problem
from tests.http.doors import door_of
from tests.http.serving import Served, serving
from tests.world import DEADLINE_SECONDS, World


@pytest.fixture
async def served(world: World) -> AsyncIterator[Served]:
    async with serving(door_of(world.system)) as one:
        yield one


class Stream:
    """What comes, event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, Any] | None:
        """The next event; None where the stream has ended."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(DEADLINE_SECONDS):
            async for line in self._lines:
                if not line and fields:
                    data = json.loads(fields["data"])
                    assert (fields["id"], fields["event"]) == (data["id"], data["type"])
                    return dict(data)
                name, _, value = line.partition(": ")
                if name:
                    fields[name] = value
        return None

    async def positions(self, count: int) -> list[int]:
        events = [await self.next() for _ in range(count)]
        return [event["position"] for event in events if event]


@asynccontextmanager
async def following(
    served: Served, secret: str, *, after: str | None = None, path: str = "/v1/events/stream"
) -> AsyncIterator[Stream]:
    headers = {"last-event-id": after} if after else {}
    async with (
        served.program(secret) as program,
        program.stream("GET", path, headers=headers) as response,
    ):
        assert response.status_code == 200
        stream = Stream(response)
        async with asyncio.timeout(DEADLINE_SECONDS):
            assert await anext(stream._lines) == ": listening"
        yield stream


async def test_a_stream_tells_what_happens_from_now_on(world: World, served: Served) -> None:
    secret = (await world.key("*")).secret
    await world.relayed(2)
    async with following(served, secret) as stream:
        made = (await world.key("events:read")).key
        await world.relayed(3)
        event = await stream.next()

    assert event is not None
    assert (event["position"], event["type"]) == (3, "api_key.created")
    assert event["object"]["id"] == str(made.id)
    assert stream.response.headers["content-type"] == "text/event-stream"
    assert has_common_headers(stream.response)
    assert stream.response.headers["request-id"].startswith("req_")


async def test_a_reader_who_comes_back_misses_nothing_and_hears_nothing_twice(
    world: World, served: Served
) -> None:
    secret = (await world.key("*")).secret
    await world.relayed(2)
    async with following(served, secret) as stream:
        for _ in range(3):
            await world.key("events:read")
        await world.relayed(5)
        first = await stream.next()
    assert first is not None
    for _ in range(3):
        await world.key("events:read")
    await world.relayed(8)
    async with following(served, secret, after=first["id"]) as stream:
        caught_up = await stream.positions(5)
        await world.key("events:read")
        await world.relayed(9)
        later = await stream.positions(1)

    assert (first["position"], caught_up, later) == (3, [4, 5, 6, 7, 8], [9])


async def test_more_than_a_page_is_caught_up_with(world: World, served: Served) -> None:
    secret = (await world.key("*")).secret
    await world.relayed(2)

    async def many(tx: Any) -> None:
        for _ in range(230):
            await identity.create_api_key(tx, world.operator, name="Many", scopes=["*"])

    await world.do(many)
    await world.relayed(232)
    async with served.program(secret) as program:
        first = (await program.get("/v1/events?type=tenant.created")).json()["data"][0]
    async with following(served, secret, after=first["id"]) as stream:
        positions = await stream.positions(231)

    assert positions == list(range(2, 233))


async def test_a_stream_of_one_type_tells_that_type(world: World, served: Served) -> None:
    secret = (await world.key("*")).secret
    path = "/v1/events/stream?type=api_key.revoked"
    await world.relayed(2)
    async with following(served, secret, path=path) as stream:
        key = (await world.key("events:read")).key
        await world.do(lambda tx: identity.revoke(tx, key.id))
        await world.relayed(4)
        assert await stream.positions(1) == [4]


async def test_a_stream_ends_when_its_key_is_revoked(world: World, served: Served) -> None:
    issued = await world.key("*")
    await world.relayed(2)
    async with following(served, issued.secret) as stream:
        await world.do(lambda tx: identity.revoke(tx, issued.key.id))
        await world.relayed(3)
        assert await stream.next() is None


async def test_a_stream_ends_when_its_tenant_is_cancelled(world: World, served: Served) -> None:
    issued = await world.key("*")
    await world.relayed(2)
    async with following(served, issued.secret) as stream:
        await world.do(identity.cancel)
        await world.relayed(3)
        assert await stream.next() is None


@pytest.mark.parametrize("last", ["x", "", "0", "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"])
async def test_an_event_that_never_was_is_no_place_to_go_on_from(
    api: httpx.AsyncClient, last: str
) -> None:
    answer = await api.get("/v1/events/stream", headers={"last-event-id": last})

    problem(answer, 404, "event_not_found")


async def test_anothers_event_is_no_place_to_go_on_from(
    other: World, api: httpx.AsyncClient
) -> None:
    await other.relayed(1)
    async with other.program("*") as stranger:
        theirs = (await stranger.get("/v1/events")).json()["data"][0]["id"]

    answer = await api.get("/v1/events/stream", headers={"last-event-id": theirs})

    problem(answer, 404, "event_not_found")


@pytest.mark.parametrize(
    ("scopes", "headers", "status", "code"),
    [
        (["api_keys:read"], {}, 403, "permission_missing"),
        (["*"], {"accept": "application/json"}, 406, "not_acceptable"),
        (["*"], {"guilder-version": "1"}, 400, "version_not_known"),
    ],
)
async def test_a_stream_that_cannot_begin_is_a_problem(
    world: World, scopes: list[str], headers: dict[str, str], status: int, code: str
) -> None:
    async with world.program(*scopes) as program:
        problem(await program.get("/v1/events/stream", headers=headers), status, code)
