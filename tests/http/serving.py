"""A real server on a loopback port, and a wire to it that says exactly what a test wants said."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from guilder.cli.running import _Server, _server, listen
from guilder.http import Door
from tests.world import DEADLINE_SECONDS


@dataclass
class Wire:
    """One connection, without a client's good manners."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def hear(self, *, head_only: bool = False) -> httpx.Response:
        """The next answer."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            head = await self.reader.readuntil(b"\r\n\r\n")
            first, *lines = head[:-4].decode().split("\r\n")
            headers = httpx.Headers([tuple(line.split(": ", 1)) for line in lines])
            length = 0 if head_only else int(headers.get("content-length", "0"))
            body = await self.reader.readexactly(length)
        return httpx.Response(int(first.split(" ")[1]), headers=headers, content=body)

    async def is_closed(self) -> bool:
        """Whether nothing more comes, because the server has hung up."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            try:
                return await self.reader.read(1) == b""
            except ConnectionResetError:
                return True


@dataclass
class Served:
    """A door that listens on a port."""

    door: Door
    server: _Server
    port: int

    @asynccontextmanager
    async def wire(self) -> AsyncIterator[Wire]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Wire(reader, writer)
        finally:
            writer.close()

    async def say(self, data: bytes) -> httpx.Response:
        """One request, as it is, and its answer."""
        async with self.wire() as wire:
            await wire.say(data)
            return await wire.hear()

    @asynccontextmanager
    async def program(self, secret: str) -> AsyncIterator[httpx.AsyncClient]:
        """A client with a key."""
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"authorization": f"Bearer {secret}"},
            timeout=DEADLINE_SECONDS,
            trust_env=False,
        ) as client:
            yield client


@asynccontextmanager
async def serving(door: Door, *, grace_seconds: int | None = None) -> AsyncIterator[Served]:
    """Serve a door as `guilder serve` does, until the test is done."""
    listener = listen("127.0.0.1", 0)
    server = _server(door)
    if grace_seconds is not None:
        server.config.timeout_graceful_shutdown = grace_seconds
    task = asyncio.create_task(server.serve([listener]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.001)
    try:
        yield Served(door, server, listener.getsockname()[1])
    finally:
        door.drain()
        server.should_exit = True
        await task
