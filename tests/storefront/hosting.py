"""A shop's own page at an origin of its own, from which it calls ours across origins.

It is a server, since a browser whose requests a test answers asks nobody whether it may call.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def hosted(page: str) -> AsyncIterator[str]:
    """A page at an origin of its own; answers its address."""
    open_ones: set[asyncio.StreamWriter] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:  # a connection made ahead, which was not needed
            return
        body = page.encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}/"
    finally:
        for writer in open_ones:
            writer.close()
        server.close()
        await server.wait_closed()
