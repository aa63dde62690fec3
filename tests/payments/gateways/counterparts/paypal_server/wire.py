"""HTTP over TLS on a real socket, which can also be cut without an answer."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec


class Request(NamedTuple):
    """What was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """What is answered; a body of bytes goes out as it is."""

    status: int
    body: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 - nobody writes to it
    drips: bool = False
    """It comes byte by byte, each of them in time, and never in whole."""


Handler = Callable[[Request], Awaitable[Reply | None]]


@asynccontextmanager
async def listen(handler: Handler, tls: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Answer on a free port. An answer of None cuts the connection."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await _converse(handler, reader, writer)
        finally:
            talks.discard(task)
            writer.close()
            with suppress(Exception):
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
        await server.wait_closed()


async def _converse(
    handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while True:
        request = await _read(reader)
        reply = await handler(request)
        if reply is None:
            return
        if reply.drips:
            await _drip(writer)
        writer.write(_written(reply))
        await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 Slow\r\nx-slow: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)  # this is the slow line itself


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *rest = head.split("\r\n")
    method, target, _ = line.split(" ")
    named = (each.partition(":") for each in rest if each)
    headers = {name.lower(): value.strip() for name, _, value in named}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Request(method, parts.path, dict(parse_qsl(parts.query)), headers, body)


def _written(reply: Reply) -> bytes:
    body = reply.body
    if body is None:
        body = b""
    elif not isinstance(body, bytes):
        body = msgspec.json.encode(body)
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    lines = [f"HTTP/1.1 {reply.status} Said"]
    lines += [f"{name}: {value}" for name, value in (headers | reply.headers).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
