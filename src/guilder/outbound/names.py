"""Names of hosts, and the addresses that they stand for now."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, final

from .failures import NotReached

AT_ONCE: Final = 4
"""So many are looked up at a time, by threads of their own: a slow one holds up nothing else."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host, for a connection to this port."""


@final
class Names:
    """Asks the system's resolver."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="names")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """Every address that the name has."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, _look_up, host, port)
        except (OSError, UnicodeError):
            raise NotReached("There is no such host.") from None


def _look_up(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(place[0]) for *_, place in found]
