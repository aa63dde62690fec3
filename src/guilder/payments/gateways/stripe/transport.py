"""How the SDK's requests travel: by httpx, as its own client for it sends bodies the old way.

This module loads the SDK, which is slow, so it is loaded with the first account.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx
import stripe

from guilder.outbound import trusted, underway

UNREACHED: Final[Any] = stripe.APIConnectionError


class Transport(stripe.HTTPClient):
    """One pool of connections."""

    name = "httpx"

    def __init__(self, timeout_seconds: float) -> None:
        super().__init__()
        self._seconds = timeout_seconds
        patience = httpx.Timeout(timeout_seconds, connect=timeout_seconds / 2)
        self._pool = httpx.AsyncClient(timeout=patience, verify=trusted())

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send a request, and hear the answer whole."""
        try:
            # The pool's own patience begins anew with every piece of the answer.
            async with underway() as request, asyncio.timeout(self._seconds):
                answer = await self._pool.request(
                    method,
                    url,
                    headers=headers,
                    content=post_data,
                    extensions={"trace": request.trace},
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise UNREACHED(type(error).__name__) from error
        return answer.content, answer.status_code, answer.headers

    async def close_async(self) -> None:
        """Hang up."""
        await self._pool.aclose()
