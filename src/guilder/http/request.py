"""The request, read within its limits."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

from .limits import (
    BODY_SECONDS,
    MAX_HEADER_BYTES,
    MAX_QUERY_PARAMETERS,
    MAX_TARGET_BYTES,
)
from .problems import (
    BodyTooLarge,
    FieldError,
    HeadersTooLarge,
    InvalidRequest,
    NotAcceptable,
    RequestTimeout,
    TargetTooLong,
    UnsupportedMediaType,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

JSON_TYPES: Final = frozenset({b"*/*", b"application/json", b"application/*"})
EVENT_STREAM_TYPES: Final = frozenset({b"*/*", b"text/event-stream", b"text/*"})


class ClientGone(Exception):
    """Whoever asked has hung up before the request was complete."""


class Request:
    """What arrived: the head at once, the body when it is asked for."""

    __slots__ = ("_receive", "body", "headers", "id", "method", "path", "query_string", "route")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self.id = "req_" + secrets.token_hex(12)
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query_string: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.body = b""
        self.route = ""

    def check_head(self) -> None:
        """Refuse a head that is larger than any honest one."""
        if len(self.path) + len(self.query_string) > MAX_TARGET_BYTES:
            raise TargetTooLong(maximum_bytes=MAX_TARGET_BYTES)
        if sum(map(len, self.headers)) + sum(map(len, self.headers.values())) > MAX_HEADER_BYTES:
            raise HeadersTooLarge(maximum_bytes=MAX_HEADER_BYTES)

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def query(self) -> dict[str, str]:
        """The query's parameters, each given once."""
        if not self.query_string:
            return {}
        try:
            pairs = parse_qsl(
                self.query_string.decode("ascii"),
                keep_blank_values=True,
                errors="strict",
                max_num_fields=MAX_QUERY_PARAMETERS,
            )
        except ValueError as wrong:
            detail = "the query is not readable as UTF-8, or has too many parameters"
            raise InvalidRequest(errors=[FieldError(detail)]) from wrong
        found = dict(pairs)
        errors = [
            FieldError("holds a NUL character", parameter=name)
            for name, value in pairs
            if "\0" in name + value
        ]
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            twice = sorted({name for name in names if names.count(name) > 1})
            errors += [FieldError("is given more than once", parameter=name) for name in twice]
        if errors:
            raise InvalidRequest(errors=errors)
        return found

    def must_accept(self, ours: frozenset[bytes]) -> None:
        """Refuse a request that could not read the answer."""
        accept = self.headers.get(b"accept")
        if accept is None or accept in ours:
            return
        for choice in accept.lower().split(b","):
            kind, *params = (part.strip() for part in choice.split(b";"))
            refused = any(param.replace(b" ", b"") in {b"q=0", b"q=0.0"} for param in params)
            if kind in ours and not refused:
                return
        raise NotAcceptable

    def must_be_json(self) -> None:
        """Refuse a body of another type."""
        sent = self.headers.get(b"content-type", b"")
        if sent == b"application/json":
            return
        kind, *params = (part.strip() for part in sent.lower().split(b";"))
        if kind != b"application/json" or any(
            param.startswith(b"charset=") and param.strip(b'"') != b"charset=utf-8"
            for param in (part.replace(b'"', b"") for part in params)
        ):
            raise UnsupportedMediaType

    async def read_body(self, maximum: int) -> None:
        """Read the body, as far as it may go and as long as it may take."""
        if int(self.headers.get(b"content-length", b"0")) > maximum:
            raise BodyTooLarge(maximum_bytes=maximum)
        message = await self._next(None)
        if not message.get("more_body", False):
            self.body = message.get("body", b"")
            if len(self.body) > maximum:
                raise BodyTooLarge(maximum_bytes=maximum)
            return
        await self._read_parts(message, maximum)

    async def _read_parts(self, message: Message, maximum: int) -> None:
        parts: list[bytes] = []
        size = 0
        deadline = asyncio.get_running_loop().time() + BODY_SECONDS
        while True:
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > maximum:
                raise BodyTooLarge(maximum_bytes=maximum)
            if not message.get("more_body", False):
                self.body = b"".join(parts)
                return
            message = await self._next(deadline)

    async def _next(self, deadline: float | None) -> Message:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(deadline or loop.time() + BODY_SECONDS):
                message = await self._receive()
        except TimeoutError as slow:
            raise RequestTimeout from slow
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message
