"""Streams: answers that go on, as server-sent events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Final, final

import structlog
from prometheus_client import Gauge

from guilder.kernel import Problem

from .limits import HEARTBEAT_SECONDS, MAX_STREAMS, MAX_STREAMS_PER_TENANT, STALL_SECONDS
from .problems import Overloaded, ShuttingDown, TooManyStreams
from .request import Receive, Request, Send
from .response import API_HEADERS, EventStream

OPEN: Final = Gauge("guilder_http_streams", "Streams that are open.")
HEARTBEAT: Final = b": still here\n\n"

log = structlog.get_logger()


class _Stalled(Exception):
    """The reader has not read for so long that it is gone, whatever its connection says."""


@final
class Streams:
    """The open streams of this process."""

    def __init__(
        self,
        *,
        most: int = MAX_STREAMS,
        most_of_one: int = MAX_STREAMS_PER_TENANT,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._heartbeat_seconds = heartbeat_seconds
        self._stall_seconds = stall_seconds
        self._open: dict[asyncio.Task[None], object] = {}
        self._has_ended = False

    def end(self) -> None:
        """Close every stream; the readers resume elsewhere from the last event that they saw."""
        self._has_ended = True
        for task in self._open:
            task.cancel()

    def require_room(self, stream: EventStream) -> None:
        """Refuse one stream too many."""
        if self._has_ended:
            raise ShuttingDown
        if len(self._open) >= self._most:
            raise Overloaded
        if list(self._open.values()).count(stream.owner) >= self._most_of_one:
            raise TooManyStreams(maximum=self._most_of_one)

    async def send(
        self, stream: EventStream, request: Request, *, receive: Receive, send: Send
    ) -> None:
        """Send until the reader hangs up, the stream ends, or we do."""
        headers = _headers(stream, request)
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if request.method == "HEAD" or self._has_ended:
            await _close(stream.chunks)
            await send({"type": "http.response.body", "body": b""})
            return
        sending = asyncio.create_task(self._send_chunks(stream.chunks, send))
        hanging_up = asyncio.create_task(_disconnect(receive))
        self._open[sending] = stream.owner
        OPEN.set(len(self._open))
        try:
            await asyncio.wait({sending, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            hanging_up.cancel()
            await asyncio.wait({sending, hanging_up})
            del self._open[sending]
            OPEN.set(len(self._open))
        if _ended_well(sending, request):
            await send({"type": "http.response.body", "body": b""})

    async def _send_chunks(self, chunks: AsyncIterator[bytes], send: Send) -> None:
        """Send each chunk as it comes, and a heartbeat while none does."""
        upcoming: asyncio.Future[bytes] | None = None
        try:
            while True:
                upcoming = upcoming or asyncio.ensure_future(anext(chunks))
                done, _ = await asyncio.wait({upcoming}, timeout=self._heartbeat_seconds)
                chunk = HEARTBEAT
                if done:
                    finished, upcoming = upcoming, None
                    chunk = finished.result()
                await self._send(chunk, send)
        except StopAsyncIteration:
            return
        finally:
            if upcoming:
                upcoming.cancel()
                await asyncio.wait({upcoming})
            await _close(chunks)

    async def _send(self, chunk: bytes, send: Send) -> None:
        try:
            async with asyncio.timeout(self._stall_seconds):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        except TimeoutError as unread:
            raise _Stalled from unread


def _ended_well(sending: asyncio.Task[None], request: Request) -> bool:
    """Whether the reader may still be told that this was all; a bug goes to the log."""
    if sending.cancelled():
        return True
    match sending.exception():
        case None | Problem():
            return True
        case _Stalled():
            return False
        case bug:
            log.error("stream failed", request_id=request.id, exc_info=bug)
            return True


async def _close(chunks: AsyncIterator[bytes]) -> None:
    if isinstance(chunks, AsyncGenerator):
        with suppress(Exception):
            await chunks.aclose()


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _headers(stream: EventStream, request: Request) -> list[tuple[bytes, bytes]]:
    return [
        *API_HEADERS,
        (b"content-type", b"text/event-stream"),
        (b"x-accel-buffering", b"no"),
        (b"request-id", request.id.encode()),
        *stream.headers,
    ]
