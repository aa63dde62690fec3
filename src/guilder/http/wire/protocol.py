"""The wire: uvicorn's HTTP protocol, with limits on heads that do not end or do not arrive."""

import asyncio
import functools
from http import HTTPStatus
from typing import Any, Final

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from guilder.http.limits import HEAD_SECONDS, MAX_HEADER_BYTES, MAX_TARGET_BYTES
from guilder.http.problems import HeadersTooLarge, MalformedRequest, RequestTimeout, TargetTooLong
from guilder.http.request import WHOLE, new_request_id
from guilder.http.response import problem_response
from guilder.kernel import Problem

MAX_HEAD_BYTES: Final = MAX_TARGET_BYTES + MAX_HEADER_BYTES

BODY_HEADERS: Final = frozenset({b"content-length", b"transfer-encoding"})
LINGER_SECONDS: Final = 2.0
"""Who is still sending needs a moment to read why it should not."""

log = structlog.get_logger()


class Nowhere(list[tuple[bytes, bytes]]):
    """Where headers go that follow the body: they are none of the request's."""

    def append(self, header: tuple[bytes, bytes]) -> None:
        """Forget it."""


NOWHERE: Final = Nowhere()


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection whose head is too large, too slow, or not HTTP, and says why.

    The parser tells of a header when it is whole, so one that goes on and on is
    counted by what arrived. Between two requests a connection waits for a head.
    """

    head_seconds = HEAD_SECONDS

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._in_head = True
        self._has_begun = False
        self._is_head_open = False
        self._target_bytes = 0
        self._raw_bytes = 0
        self._owed = 0
        self._refusal: Problem | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refusal:
            return
        self._has_begun = not self._in_head
        super().data_received(data)
        if self._refusal:
            return
        is_within_head = self._in_head and not self._has_begun
        if is_within_head:
            self._raw_bytes += len(data)
        if self._raw_bytes > MAX_HEAD_BYTES:
            self._refuse(HeadersTooLarge(maximum_bytes=MAX_HEADER_BYTES))
        elif self._timer is None and (is_within_head or self._is_head_open):
            self._start_timer()

    def on_message_begin(self) -> None:
        self._in_head = self._has_begun = self._is_head_open = True
        self._target_bytes = 0
        self._raw_bytes = 0
        self._stop_timer()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._target_bytes += len(url)
        if self._target_bytes > MAX_TARGET_BYTES:
            self._refuse(TargetTooLong(maximum_bytes=MAX_TARGET_BYTES))
        if not self._refusal:
            super().on_url(url)

    def on_headers_complete(self) -> None:
        """Begin the request. The parser leaves off at an upgrade, whether we take it or not."""
        self._is_head_open = False
        self._stop_timer()
        leaves_off = self.parser.should_upgrade()
        if leaves_off and any(name in BODY_HEADERS for name, _ in self.headers):
            self._refuse(MalformedRequest(detail="an upgrade with a body is not understood"))
        if not self._refusal:
            super().on_headers_complete()
            answer = functools.partial(write_whole, self.cycle)
            self.scope["extensions"] = {WHOLE: answer}  # type: ignore[dict-item]
            self.headers = NOWHERE
            self._in_head = False
            self._owed += 1
            if leaves_off:
                self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        if not self._refusal:
            self._in_head = True
            super().on_message_complete()

    def on_response_complete(self) -> None:
        self._owed -= 1
        super().on_response_complete()
        if self._refusal and not self._owed:
            self._write(self._refusal)

    def send_400_response(self, msg: str) -> None:
        self._refuse(MalformedRequest(detail=msg))

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(self.head_seconds, self._too_slow)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _too_slow(self) -> None:
        self._refuse(RequestTimeout())

    def _refuse(self, problem: Problem) -> None:
        """Say so once, and after the answers to what came before on this connection."""
        if self._refusal or self.transport.is_closing():
            return
        self._refusal = problem
        self._stop_timer()
        if not self._in_head and self.pipeline:
            self.pipeline.popleft()  # the request itself, which waits for its turn and its body
            self._owed -= 1
        elif not self._in_head:
            self._owed = 0
        if self._owed:
            self.flow.pause_reading()
        else:
            self._write(problem)

    def _write(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        request_id = new_request_id()
        log.info("request refused", status=problem.status, code=problem.code, request_id=request_id)
        response = problem_response(problem, request_id)
        lines = [
            b"HTTP/1.1 %d %b" % (problem.status, HTTPStatus(problem.status).phrase.encode()),
            *(b"%b: %b" % header for header in (*response.common, *response.headers)),
            b"request-id: " + request_id.encode(),
            b"content-type: " + response.content_type,
            b"content-length: %d" % len(response.body),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + response.body)
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)


async def write_whole(cycle: RequestResponseCycle, head: bytes, body: bytes) -> None:
    """Write an answer at once, and leave the cycle as the server itself would leave it."""
    if cycle.flow.write_paused and not cycle.disconnected:
        await cycle.flow.drain()
    if cycle.disconnected:
        return
    lines = [b"%b: %b\r\n" % header for header in cycle.default_headers]
    if b"\r\nconnection: close\r\n" in head:
        cycle.keep_alive = False
    elif not cycle.keep_alive:
        lines.append(b"connection: close\r\n")
    cycle.response_started = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join((head, *lines, b"\r\n", body)))
    cycle.response_complete = True
    cycle.message_event.set()
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()
