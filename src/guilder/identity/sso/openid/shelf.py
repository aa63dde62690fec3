"""The shelf: what was fetched, kept for a while, and fetched once for all who want it now."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, Generic, TypeVar, final

from guilder.kernel import Problem

FAILURE_SECONDS: Final = 10.0
"""So long nobody is asked again who could not answer."""

MOST_KEPT: Final = 1_000

T = TypeVar("T")


@final
class Shelf(Generic[T]):
    """Things by their address."""

    def __init__(self, fetch: Callable[[str], Awaitable[T]], *, seconds: float) -> None:
        self._fetch = fetch
        self._seconds = seconds
        self._places: dict[str, _Place[T]] = {}

    async def get(self, address: str, *, but: T | None = None) -> T:
        """What is there; where that is no longer enough, what is there now."""
        place = self._place_of(address)
        async with place.one_fetches:
            if monotonic() < place.until and (place.thing is None or place.thing is not but):
                return place.taken()
            try:
                place.thing, place.failure = await self._fetch(address), None
                place.until = monotonic() + self._seconds
            except Problem as failure:
                place.thing, place.failure = None, failure
                place.until = monotonic() + FAILURE_SECONDS
            return place.taken()

    def _place_of(self, address: str) -> "_Place[T]":
        place = self._places.pop(address, None) or _Place()
        while len(self._places) >= MOST_KEPT:
            del self._places[next(iter(self._places))]
        self._places[address] = place
        return place


class _Place(Generic[T]):
    """One thing, or why there is none, until when."""

    def __init__(self) -> None:
        self.thing: T | None = None
        self.failure: Problem | None = None
        self.until = 0.0
        self.one_fetches = asyncio.Lock()

    def taken(self) -> T:
        if self.failure is not None:
            raise self.failure.with_traceback(None)
        if self.thing is None:
            raise LookupError("nothing was put here")
        return self.thing
