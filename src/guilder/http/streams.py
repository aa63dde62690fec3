"""Streams: answers that go on, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, final

from prometheus_client import Gauge

from guilder.kernel import Problem

from .limits import HEARTBEAT_SECONDS, MAX_STREAMS
from .problems import Overloaded
from .request import Receive, Request, Send
from .response import API_HEADERS, EventStream, problem_response

OPEN: Final = Gauge("guilder_http_streams", "Streams that are open.")
HEARTBEAT: Final = b": still here\n\n"


@final
class Streams:
    """The open streams of this process."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[None]] = set()

    def end(self) -> None:
        """Close every stream; the readers resume elsewhere from the last event that they saw."""
        for task in self._open:
            task.cancel()

    async def send(
        self, stream: EventStream, request: Request, *, receive: Receive, send: Send
    ) -> None:
        """Send until the reader hangs up, the stream ends, or we do."""
        if len(self._open) >= MAX_STREAMS:
            await _refuse(request, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": _headers(request)})
        sending = asyncio.create_task(_send_chunks(stream.chunks, send))
        self._open.add(sending)
        OPEN.set(len(self._open))
        hanging_up = asyncio.create_task(_disconnect(receive))
        await asyncio.wait({sending, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, hanging_up):
            task.cancel()
        with suppress(asyncio.CancelledError, Problem):
            await sending
        self._open.discard(sending)
        OPEN.set(len(self._open))
        await send({"type": "http.response.body", "body": b""})


async def _send_chunks(chunks: AsyncIterator[bytes], send: Send) -> None:
    """Send each chunk as it comes, and a heartbeat while none does."""
    upcoming: asyncio.Future[bytes] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(chunks))
            done, _ = await asyncio.wait({upcoming}, timeout=HEARTBEAT_SECONDS)
            if not done:
                await send({"type": "http.response.body", "body": HEARTBEAT, "more_body": True})
                continue
            with suppress(StopAsyncIteration):
                chunk = upcoming.result()
                upcoming = None
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                continue
            return
    finally:
        if upcoming:
            upcoming.cancel()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    return [
        *API_HEADERS,
        (b"content-type", b"text/event-stream"),
        (b"x-accel-buffering", b"no"),
        (b"request-id", request.id.encode()),
    ]


async def _refuse(request: Request, send: Send) -> None:
    refusal = problem_response(Overloaded(), request.id)
    headers = [*API_HEADERS, (b"content-type", refusal.content_type), *refusal.headers]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": refusal.body})
