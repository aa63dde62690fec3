"""A fact for tests, and a consumer that remembers."""

from collections.abc import Sequence
from typing import ClassVar
from uuid import uuid4

import msgspec

from guilder.db import Tx
from guilder.events import Consumer, Event
from guilder.kernel import Fact


class Bulb(msgspec.Struct, frozen=True):
    """What the fact tells of."""

    number: int


class BulbPlanted(Fact, frozen=True):
    """A bulb was planted."""

    name: ClassVar[str] = "bulb.planted"
    data: Bulb


class BulbBloomed(Fact, frozen=True):
    """A bulb bloomed."""

    name: ClassVar[str] = "bulb.bloomed"
    data: Bulb


def planted(number: int) -> BulbPlanted:
    return BulbPlanted(uuid4(), Bulb(number))


def bloomed(number: int) -> BulbBloomed:
    return BulbBloomed(uuid4(), Bulb(number))


class Gardener:
    """Remembers the numbers of the bulbs of which it heard, and fails when it is told to."""

    def __init__(self, *types: str) -> None:
        self.consumer = Consumer(f"test.{uuid4().hex}", self._hear, frozenset(types))
        self.heard: list[int] = []
        self.afraid_of: set[int] = set()

    async def _hear(self, _: Tx, events: Sequence[Event]) -> None:
        numbers = [event.data["number"] for event in events if event.type.startswith("bulb.")]
        if frightening := self.afraid_of & set(numbers):
            raise RuntimeError(f"afraid of {frightening}")
        self.heard += numbers
