"""Turns: the batches of a tenant are at work one after the other, so that each finds more to do."""

import asyncio
from collections.abc import AsyncIterator, Sized
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, final
from weakref import WeakValueDictionary

from guilder.kernel import TenantId

LONGEST_TURN_SECONDS: Final = 0.1
"""What holds up one batch, a lock for instance, may not hold up the others as well."""

CROWD: Final = 4
"""Where so many shared a turn, it is likely that they come again at once, with their next call."""

GATHERING_SHARE: Final = 0.5
MOST_GATHERING_SECONDS: Final = 0.01
"""They are waited for no longer than this, and than this share of the turn that they had."""

MOST_PASSED_BY: Final = 4
"""The fullest batch goes first, but past nobody more often than this."""


@final
class Turns:
    """Batches of one tenant, of whatever verb, are at work one after the other.

    While one waits, those gather that come meanwhile; and a large batch costs little more than a
    small one. Several small ones at once would only share the same processors. After a crowd the
    next turn waits a moment for it: so those who walk the same way stay together.
    """

    def __init__(self) -> None:
        self._lines: WeakValueDictionary[TenantId, _Line] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, tenant_id: TenantId, items: Sized) -> AsyncIterator[None]:
        """Be at work for this tenant, with these items. Who takes long goes on beside the next."""
        line = self._lines.setdefault(tenant_id, _Line())
        await line.enter(items)
        began = monotonic()
        has_turn = True

        def pass_on() -> None:
            nonlocal has_turn
            if has_turn:
                has_turn = False
                line.leave(monotonic() - began)

        timer = asyncio.get_running_loop().call_later(LONGEST_TURN_SECONDS, pass_on)
        try:
            yield
        finally:
            timer.cancel()
            pass_on()

    def came(self, tenant_id: TenantId) -> None:
        """One more item waits in a batch of this tenant."""
        if line := self._lines.get(tenant_id):
            line.look()


@dataclass(eq=False)
class _Place:
    """A batch that waits for its turn."""

    items: Sized
    turn: asyncio.Future[None]
    passed_by: int = 0


class _Line:
    """The batches of one tenant: one at work, the others waiting."""

    def __init__(self) -> None:
        self._is_held = False
        self._places: list[_Place] = []
        self._crowd = 0
        self._wanted = 0
        self._gathering: asyncio.TimerHandle | None = None

    async def enter(self, items: Sized) -> None:
        """Come to the turn of this batch."""
        if self._is_held:
            place = _Place(items, asyncio.get_running_loop().create_future())
            self._places.append(place)
            self.look()
            await self._turn_of(place)
        self._is_held = True
        self._crowd = len(items)

    async def _turn_of(self, place: _Place) -> None:
        try:
            await place.turn
        except asyncio.CancelledError:
            if not place.turn.cancelled():  # its turn had come already
                self._go_on()
            elif place in self._places:
                self._places.remove(place)
            raise

    def leave(self, seconds: float) -> None:
        """The turn is over; it took so long."""
        self._wanted = self._crowd + self._waiting()
        if self._crowd < CROWD:
            self._go_on()
            return
        longest = min(seconds * GATHERING_SHARE, MOST_GATHERING_SECONDS)
        self._gathering = asyncio.get_running_loop().call_later(longest, self._go_on)

    def look(self) -> None:
        """Go on as soon as all have come who were waited for."""
        if self._gathering is not None and self._waiting() >= self._wanted:
            self._go_on()

    def _waiting(self) -> int:
        return sum(len(place.items) for place in self._places)

    def _go_on(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if not self._places:
            self._is_held = False
            return
        first = self._places[0]  # who has waited longest
        if first.passed_by < MOST_PASSED_BY:
            first = max(self._places, key=lambda place: len(place.items))
        self._places.remove(first)
        for place in self._places:
            place.passed_by += 1
        if first.turn.cancelled():  # who waited went away at this moment
            self._go_on()
        else:
            first.turn.set_result(None)
