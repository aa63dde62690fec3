"""A stream goes on while its reader reads, and leaves nothing behind when it ends."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from guilder.http import EventStream
from guilder.http.problems import NotAuthenticated, ShuttingDown
from guilder.http.request import Request
from guilder.http.streams import HEARTBEAT, OPEN, Streams
from tests.world import DEADLINE_SECONDS

SCOPE = {
    "method": "GET",
    "raw_path": b"/v1/tests/stream",
    "query_string": b"",
    "headers": [],
    "http_version": "1.1",
}


class Reader:
    """Somebody at the other end, who reads until told to stop."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.hangs_up = asyncio.Event()
        self.reads = asyncio.Event()
        self.reads.set()

    async def receive(self) -> dict[str, Any]:
        await self.hangs_up.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.reads.wait()
        await self.heard.put(message)

    async def next(self) -> Any:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.heard.get()


class Source:
    """Chunks, and whether somebody cleaned up behind them."""

    def __init__(self, then: Callable[[], Awaitable[object]]) -> None:
        self.is_closed = False
        self._then = then

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            yield b": first\n\n"
            await self._then()
            yield b": second\n\n"
        finally:
            self.is_closed = True


def begin(streams: Streams, source: Source, reader: Reader) -> asyncio.Task[None]:
    request = Request(SCOPE, reader.receive)
    stream = EventStream(source.chunks())
    return asyncio.create_task(
        streams.send(stream, request, receive=reader.receive, send=reader.send)
    )


async def never() -> None:
    await asyncio.Event().wait()


async def test_a_stream_ends_when_there_is_no_more() -> None:
    async def nothing() -> None: ...

    reader, source = Reader(), Source(nothing)
    await begin(Streams(), source, reader)

    assert (await reader.next())["type"] == "http.response.start"
    assert [(await reader.next())["body"] for _ in range(3)] == [
        b": first\n\n",
        b": second\n\n",
        b"",
    ]
    assert source.is_closed


async def test_while_nothing_comes_the_heart_beats() -> None:
    reader, source = Reader(), Source(never)
    streams = Streams(heartbeat_seconds=0.001)
    task = begin(streams, source, reader)

    beats = [(await reader.next()) for _ in range(5)][2:]
    streams.end()
    await task

    assert [one["body"] for one in beats] == [HEARTBEAT] * 3
    assert source.is_closed


@pytest.mark.parametrize("ending", ["hangs up", "drains", "is cancelled"])
async def test_whoever_ends_it_nothing_is_left_open(ending: str) -> None:
    reader, source, streams = Reader(), Source(never), Streams()
    task = begin(streams, source, reader)
    await reader.next()
    assert (await reader.next())["body"] == b": first\n\n"
    assert OPEN._value.get() >= 1

    match ending:
        case "hangs up":
            reader.hangs_up.set()
        case "drains":
            streams.end()
        case _:
            task.cancel()
    await asyncio.wait({task})

    assert source.is_closed
    assert task.cancelled() == (ending == "is cancelled")
    assert OPEN._value.get() == 0


@pytest.mark.parametrize("failure", [NotAuthenticated(), RuntimeError("a bug")])
async def test_a_failure_ends_the_stream_and_only_that(failure: Exception) -> None:
    async def fail() -> None:
        raise failure

    reader, source = Reader(), Source(fail)
    await begin(Streams(), source, reader)

    assert [(await reader.next()).get("body") for _ in range(3)] == [None, b": first\n\n", b""]
    assert OPEN._value.get() == 0


async def test_who_does_not_read_is_not_waited_for() -> None:
    reader, source = Reader(), Source(never)
    task = begin(Streams(heartbeat_seconds=0.001, stall_seconds=0.01), source, reader)
    await reader.next()
    await reader.next()
    reader.reads.clear()
    await task

    assert source.is_closed
    assert OPEN._value.get() == 0


async def test_after_the_end_none_is_begun() -> None:
    streams = Streams()
    streams.end()

    with pytest.raises(ShuttingDown):
        streams.require_room(EventStream(Source(never).chunks()))
