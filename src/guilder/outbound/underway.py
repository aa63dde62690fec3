"""What is known of a request that is under way: whether it was sent, and what it is connecting."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, final

SENDING: Final = ".send_request_headers.started"  # after the protocol's name
CONNECTED: Final = "connection.connect_tcp.complete"
GREETING: Final = "connection.start_tls.started"
GREETED: Final = "connection.start_tls.complete"


@final
class Underway:
    """One request, as httpcore tells of it by its `trace` extension."""

    def __init__(self) -> None:
        self.is_sent = False
        self._connected: Any = None
        self._greeting: Any = None

    async def trace(self, event: str, told: dict[str, Any]) -> None:
        """Take note of one step."""
        if event == CONNECTED:
            self._connected = told["return_value"]
        elif event == GREETING:
            self._greeting = self._connected
        elif event == GREETED:
            self._greeting = None
        elif event.endswith(SENDING):
            self.is_sent = True

    async def hang_up(self) -> None:
        """Close what never got to be a connection: called off while it greets, it is forgotten."""
        if self._greeting is not None:
            await self._greeting.aclose()


@asynccontextmanager
async def underway() -> AsyncIterator[Underway]:
    """A request that leaves nothing open when it is called off, whoever stalls it."""
    request = Underway()
    try:
        yield request
    finally:
        await request.hang_up()
