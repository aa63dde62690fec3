"""The visitor: somebody without a token. What they bring has to prove itself."""

from collections.abc import Mapping, Sequence
from typing import final

from guilder.db import Pool
from guilder.http.request import Request
from guilder.kernel import Network

from .address import address_of


@final
class Visitor:
    """A buyer with a link, or a gateway with a notice."""

    def __init__(self, pool: Pool, request: Request, *, trusted: Sequence[Network] = ()) -> None:
        self.pool = pool
        self.address = address_of(request, trusted)
        self.request_id = request.id
        self._request = request

    @property
    def body(self) -> bytes:
        """What was sent, as it came."""
        return self._request.body

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, by their names in small letters."""
        lines = self._request.headers.items()
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in lines}
