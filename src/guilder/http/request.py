"""The request, read within its limits."""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from .limits import (
    DISCARD_SECONDS,
    MAX_BODY_BYTES_UNDER_WAY,
    MAX_DISCARDED_BYTES,
    MAX_HEADER_BYTES,
    MAX_TARGET_BYTES,
)
from .negotiation import PAGE_TYPES, Ranges, accepts, is_plain_json
from .problems import (
    BodyTooLarge,
    HeadersTooLarge,
    MalformedRequest,
    NotAcceptable,
    Overloaded,
    TargetTooLong,
    UnsupportedMediaType,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

WriteWhole = Callable[[bytes, bytes], Awaitable[None]]

WHOLE: Final = "guilder.whole"
"""The server's extension that takes an answer as it goes out: status line and head, and body."""

API: Final = "/v1/"
"""What is below it is for programs, whoever asks."""

NO_EXTENSIONS: Final[dict[str, Any]] = {}

MAX_LENGTH_DIGITS: Final = 18

SINGLE: Final = frozenset(
    {
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"guilder-version",
        b"host",
        b"idempotency-key",
        b"last-event-id",
    }
)
"""Headers that we read and that have one meaning only in one line."""


START: Final = secrets.token_hex(6)
NUMBERS: Final = itertools.count()


def new_request_id() -> str:
    """A name for a request: of this process, and of no other."""
    return f"req_{START}{next(NUMBERS):012x}"


class ClientGone(Exception):
    """Whoever asked has hung up before the request was complete."""


class Room:
    """Where bodies are held: so many bytes at one time, of all requests together."""

    def __init__(self, most_bytes: int = MAX_BODY_BYTES_UNDER_WAY) -> None:
        self._free = most_bytes

    def hold(self, size: int) -> None:
        """Take in so many bytes more, if there is room for them."""
        if size > self._free:
            raise Overloaded
        self._free -= size

    def let_go(self, size: int) -> None:
        """These bytes are needed no more."""
        self._free += size


class Request:
    """What arrived: the head at once, the body when it is asked for.

    The path is kept as it was sent: `%2F` is part of a segment, and not its end.
    """

    __slots__ = (
        "_held",
        "_lines",
        "_needs_host",
        "_receive",
        "body",
        "headers",
        "id",
        "is_complete",
        "is_for_browsers",
        "is_overdue",
        "method",
        "path",
        "peer",
        "query_string",
        "route",
        "write_whole",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._held = 0
        self.is_overdue = False
        self.is_for_browsers = False
        self.id = new_request_id()
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.query_string: bytes = scope["query_string"]
        client = scope.get("client")
        self.peer: str | None = client[0] if client else None
        self._lines: list[tuple[bytes, bytes]] = scope["headers"]
        self.headers = dict(self._lines)
        self._needs_host = scope["http_version"] == "1.1"
        self.body = b""
        self.is_complete = False
        self.route = ""
        self.write_whole: WriteWhole | None = scope.get("extensions", NO_EXTENSIONS).pop(
            WHOLE, None
        )

    def check_head(self) -> None:
        """Refuse a head that is larger than any honest one, or that can be read in two ways."""
        if len(self.headers) != len(self._lines):
            self.headers = _joined(self._lines)
        if len(self.path) + len(self.query_string) > MAX_TARGET_BYTES:
            raise TargetTooLong(maximum_bytes=MAX_TARGET_BYTES)
        if len(b"".join((*self.headers, *self.headers.values()))) > MAX_HEADER_BYTES:
            raise HeadersTooLarge(maximum_bytes=MAX_HEADER_BYTES)
        if self._needs_host and b"host" not in self.headers:
            raise MalformedRequest(detail="there is no Host header")

    def header(self, name: bytes) -> str | None:
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def is_for_a_page(self) -> bool:
        """Whether a person reads the answer: a browser asks, and not for anything of the API."""
        accept = self.headers.get(b"accept")
        if not accept or self.path.startswith(API):
            return False
        return accepts(accept, PAGE_TYPES)

    def must_accept(self, ours: Ranges) -> None:
        """Refuse a request that could not read the answer."""
        accept = self.headers.get(b"accept")
        if accept is not None and not accepts(accept, ours):
            raise NotAcceptable

    def must_be_json(self) -> None:
        """Refuse a body of another type."""
        if not is_plain_json(self.headers):
            raise UnsupportedMediaType

    async def read_body(self, maximum: int, room: Room) -> None:
        """Read the body, as far as it may go and there is room."""
        length = self.headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise MalformedRequest(detail="Content-Length is not a number")
        if len(length) > MAX_LENGTH_DIGITS or int(length) > maximum:
            raise BodyTooLarge(maximum_bytes=maximum)
        message = await self._next()
        if message.get("more_body", False):
            await self._read_parts(message, maximum, room)
        else:
            self.is_complete = True
            self.body = self._part(message, maximum, room)

    async def _read_parts(self, message: Message, maximum: int, room: Room) -> None:
        parts = [self._part(message, maximum, room)]
        while not self.is_complete:
            message = await self._next()
            self.is_complete = not message.get("more_body", False)
            parts.append(self._part(message, maximum, room))
        self.body = b"".join(parts)

    def _part(self, message: Message, maximum: int, room: Room) -> bytes:
        part: bytes = message.get("body", b"")
        if self._held + len(part) > maximum:
            raise BodyTooLarge(maximum_bytes=maximum)
        room.hold(len(part))
        self._held += len(part)
        return part

    def forget_body(self, room: Room) -> None:
        """Leave the room to others."""
        room.let_go(self._held)
        self._held = 0
        self.body = b""

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message

    async def discard_body(self) -> bool:
        """Read on and forget, so that who is still sending gets to read the answer.

        False where that is too much to ask, and the connection must end instead.
        """
        if self.is_complete:
            return True
        if self.is_overdue or b"expect" in self.headers:
            return False
        left = MAX_DISCARDED_BYTES
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while left > 0 and not self.is_complete:
                    message = await self._receive()
                    if message["type"] == "http.disconnect":
                        raise ClientGone
                    left -= len(message.get("body", b""))
                    self.is_complete = not message.get("more_body", False)
        except TimeoutError:
            return False
        return self.is_complete


def _joined(lines: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers with their repetitions joined, as lists may come, and nothing else."""
    joined: dict[bytes, bytes] = {}
    for name, value in lines:
        if name in joined and name in SINGLE:
            raise MalformedRequest(detail=f"the header {name.decode()} is given more than once")
        joined[name] = joined[name] + b", " + value if name in joined else value
    return joined
