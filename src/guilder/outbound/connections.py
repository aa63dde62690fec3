"""Connections, to addresses that were looked at after their name was resolved."""

from collections.abc import Callable
from typing import Any, Final

import httpcore

from .failures import AddressRefused
from .names import Resolve

MOST_ADDRESSES: Final = 4
"""So many of a host's addresses are tried, one after the other."""

PATIENCE_SECONDS: Final = 2.0
"""So long one of them may take, as long as there is another."""

Admits = Callable[[str], bool]


class Guarded(httpcore.AsyncNetworkBackend):
    """Resolves a name once, judges what it stands for, and connects to what it has judged.

    The name stays what is written in the request and what the certificate has to be for.
    """

    def __init__(self, resolve: Resolve, admits: Admits) -> None:
        self._resolve = resolve
        self._admits = admits
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, *_: Any, **__: Any
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address that may be reached, and that answers."""
        addresses = dict.fromkeys(await self._resolve(host, port))
        admitted = [address for address in addresses if self._admits(address)][:MOST_ADDRESSES]
        if not admitted:
            raise AddressRefused("It leads to where no request of ours goes.")
        for address in admitted[:-1]:
            try:
                return await self._network.connect_tcp(address, port, PATIENCE_SECONDS)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(admitted[-1], port)

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """No address of a tenant's is a file of ours."""
        raise AddressRefused("It is a file.")
