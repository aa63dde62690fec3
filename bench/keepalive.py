"""A keep-alive client of little work, so that the load weighs little beside what is measured."""

import asyncio
from abc import abstractmethod
from typing import Any


class KeepAlive(asyncio.Protocol):
    """One connection, on which one request after the other is answered."""

    def __init__(self) -> None:
        self._buffer = b""
        self.transport: Any = None
        self.done = asyncio.get_running_loop().create_future()

    @abstractmethod
    def begin(self) -> None:
        """Send the first request."""

    @abstractmethod
    def answered(self, head: bytes, body: bytes) -> None:
        """Do what follows from a whole answer."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.begin()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        start = self._buffer.index(b"content-length: ") + 16
        length = int(self._buffer[start : self._buffer.index(b"\r", start)])
        if len(self._buffer) < end + 4 + length:
            return
        whole, self._buffer = self._buffer, b""
        self.answered(whole[:end], whole[end + 4 :])

    def leave(self) -> None:
        """It was the last."""
        self.transport.close()
        self.done.set_result(None)
