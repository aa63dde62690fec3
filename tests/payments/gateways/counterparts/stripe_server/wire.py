"""HTTP as an SDK speaks it: requests with a length, connections that are kept, or torn."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PART = re.compile(r"\[([^\]]*)\]")


class Torn(Exception):
    """The connection breaks before the answer is sent."""


@dataclass
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    pairs: list[tuple[str, str]]
    form: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.form = nested(self.pairs)


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Awaitable[Answer]]


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """What `a[b][c]=1` and `a[0]=1` say."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        *way, last = [name.partition("[")[0], *PART.findall(name)]
        place = found
        for part in way:
            place = place.setdefault(part, {})
        place[last] = value
    return {name: unrolled(value) for name, value in found.items()}


def unrolled(value: Any) -> Any:
    """A list, where the names are its places."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdigit() for name in value):
        return [unrolled(value[name]) for name in sorted(value, key=int)]
    return {name: unrolled(each) for name, each in value.items()}


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Listen on a free port; the address."""
    writers: set[asyncio.StreamWriter] = set()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        try:
            while request := await heard(reader):
                writer.write(written(await handler(request)))
                await writer.drain()
        except (Torn, ConnectionError):
            pass
        finally:
            writers.discard(writer)
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in tuple(writers):
            writer.close()
        await server.wait_closed()


async def heard(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
    method, target, _ = first.split(" ")
    address = urlsplit(target)
    pairs = parse_qsl(address.query, keep_blank_values=True)
    return Request(method, address.path, headers, pairs + parse_qsl(body, keep_blank_values=True))


def written(answer: Answer) -> bytes:
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(answer.body)),
        "Request-Id": "req_test",
    } | answer.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} Answer\r\n{lines}\r\n".encode() + answer.body
