"""The counter: the shop's own program, which does everything over the API, in this process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from guilder.app import System

Shown = dict[str, Any]
HERE: Final = "http://demo.invalid"


class CounterRefused(RuntimeError):
    """The API did not do what the demo asked it for."""


class Counter:
    """One program with one key."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str) -> Shown:
        """Look at something."""
        return good(await self.ask("GET", path))

    async def post(self, path: str, **body: Any) -> Shown:
        """Have something done."""
        return good(await self.ask("POST", path, **body))

    async def patch(self, path: str, **body: Any) -> Shown:
        """Have something changed."""
        return good(await self.ask("PATCH", path, **body))

    async def ask(self, method: str, path: str, **body: Any) -> httpx.Response:
        """Ask, and take whatever is answered."""
        return await self._client.request(method, path, json=body or None)


@asynccontextmanager
async def open_counter(system: System, secret: str) -> AsyncIterator[Counter]:
    """A program that comes with this key, or with the token of a session."""
    door = system.door()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=door),
        base_url=HERE,
        headers={"authorization": f"Bearer {secret}"},
        timeout=None,  # noqa: S113 - the door has limits of its own
    ) as client:
        yield Counter(client)


def good(answer: httpx.Response) -> Shown:
    """What was answered, where all went well."""
    if not answer.is_success:
        request = answer.request
        raise CounterRefused(f"{request.method} {request.url.path}: {answer.text}")
    shown: Shown = answer.json()
    return shown
