"""The wire: uvicorn's HTTP protocol, with limits on a head that does not end or does not arrive."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from guilder.kernel import Problem

from .limits import HEAD_SECONDS, MAX_HEADER_BYTES, MAX_TARGET_BYTES
from .problems import (
    CONTENT_TYPE,
    HeadersTooLarge,
    MalformedRequest,
    RequestTimeout,
    TargetTooLong,
    document_of,
)

REASONS: Final = {400: b"Bad Request", 408: b"Request Timeout", 414: b"URI Too Long"}


class LimitedProtocol(HttpToolsProtocol):
    """Closes a connection whose head is too large, too slow, or not HTTP, and says why."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        self._head_bytes = 0
        self._start_timer()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._head_bytes += len(url)
        if self._head_bytes > MAX_TARGET_BYTES:
            self._refuse(TargetTooLong(maximum_bytes=MAX_TARGET_BYTES))
            return
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._head_bytes += len(name) + len(value)
        if self._head_bytes > MAX_HEADER_BYTES + MAX_TARGET_BYTES:
            self._refuse(HeadersTooLarge(maximum_bytes=MAX_HEADER_BYTES))
            return
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        if not self.transport.is_closing():
            super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        if not self.transport.is_closing():
            self._refuse(MalformedRequest(detail=msg))

    def _start_timer(self) -> None:
        self._stop_timer()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def _stop_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _too_slow(self) -> None:
        if not self.transport.is_closing():
            self._refuse(RequestTimeout())

    def _refuse(self, problem: Problem) -> None:
        body = document_of(problem, "none")
        reason = REASONS.get(problem.status, b"Request Header Fields Too Large")
        self.transport.write(
            b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b"
            % (problem.status, reason, CONTENT_TYPE.encode(), len(body), body)
        )
        self.transport.close()
