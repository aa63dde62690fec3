"""The story: 90 days of a shop that grows, made up. Pure, and the same for the same number."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum, auto
from itertools import count
from typing import Final

import msgspec

from .people import PEOPLE
from .shop import FOR_SALE

DAYS: Final = 90
SALES_AT_FIRST: Final = 1.2
SALES_AT_LAST: Final = 3.2
WEEK: Final = (0.95, 0.85, 0.85, 0.95, 1.1, 1.35, 1.2)
"""From Monday to Sunday: people buy when they are at home."""

HOURS: Final = (1, 0, 0, 0, 0, 0, 1, 2, 4, 6, 7, 7, 8, 7, 6, 6, 7, 8, 10, 13, 14, 12, 7, 3)
LATELY: Final = timedelta(minutes=10)
"""The story ends before the present, so that telling it is not a part of it."""


class Ending(StrEnum):
    """How somebody's visit ends, and what comes of the order."""

    LEFT = auto()
    GIVEN_UP = auto()
    DELIVERED = auto()
    AFTER_A_DECLINE = auto()
    CANCELED = auto()
    REFUNDED = auto()
    PARTLY_REFUNDED = auto()
    RETURNED = auto()


ENDINGS: Final = {
    Ending.LEFT: 7,
    Ending.GIVEN_UP: 4,
    Ending.DELIVERED: 74,
    Ending.AFTER_A_DECLINE: 4,
    Ending.CANCELED: 2,
    Ending.REFUNDED: 3,
    Ending.PARTLY_REFUNDED: 4,
    Ending.RETURNED: 2,
}
CARDS: Final = {"pm_card_visa": 6, "pm_card_mastercard": 4, "pm_card_amex": 1}
DECLINED: Final = ("pm_card_chargeDeclined", "pm_card_chargeDeclinedInsufficientFunds")
NEVER_PAID: Final = {Ending.LEFT, Ending.GIVEN_UP}


class Act(StrEnum):
    """What is done at a moment of a visit's story."""

    VISIT = auto()
    SHIP = auto()
    DELIVER = auto()
    CANCEL = auto()
    REFUND = auto()
    REFUND_A_PART = auto()
    ANNOUNCE_RETURN = auto()
    RECEIVE_RETURN = auto()


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody comes by, puts things into a cart, and mostly pays."""

    number: int
    buyer: int
    is_guest: bool
    basket: dict[str, int]
    has_code: bool
    card: str
    declined: str
    ending: Ending


class Scene(msgspec.Struct, frozen=True):
    """At some time something is done about a visit."""

    at: datetime
    act: Act
    visit: Visit


def story(now: datetime, *, seed: int = 1637) -> list[Scene]:
    """All that happened in the 90 days before now, in its order."""
    chance = random.Random(seed)  # noqa: S311 - a story, no secret
    scenes = [
        scene
        for at, number in zip(_times(now, chance), count(1), strict=False)
        for scene in _scenes(at, _visit(number, chance), chance)
    ]
    return sorted(
        (scene for scene in scenes if scene.at <= now - LATELY),
        key=lambda scene: (scene.at, scene.act),
    )


def _times(now: datetime, chance: random.Random) -> Iterator[datetime]:
    """When somebody comes by: more from week to week, most on Saturdays and in the evening."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(DAYS + 1):
        begins = today - timedelta(days=DAYS - day)
        sales = SALES_AT_FIRST + (SALES_AT_LAST - SALES_AT_FIRST) * day / DAYS
        for _ in range(int(sales * WEEK[begins.weekday()] + chance.random())):
            (hour,) = chance.choices(range(24), HOURS)
            yield begins + timedelta(hours=hour, seconds=chance.randrange(3600))


def _visit(number: int, chance: random.Random) -> Visit:
    (ending,) = chance.choices(list(ENDINGS), list(ENDINGS.values()))
    (card,) = chance.choices(list(CARDS), list(CARDS.values()))
    things = chance.choices(list(FOR_SALE), list(FOR_SALE.values()), k=chance.choice((1, 1, 2, 3)))
    return Visit(
        number=number,
        # Some come again and again, as regulars do.
        buyer=min(chance.randrange(len(PEOPLE)), chance.randrange(2 * len(PEOPLE))),
        is_guest=chance.random() < 0.25,  # noqa: PLR2004 - every fourth
        basket={sku: chance.choice((1, 1, 1, 2)) for sku in things},
        has_code=chance.random() < 0.12,  # noqa: PLR2004 - every eighth
        card=card,
        declined=chance.choice(DECLINED),
        ending=ending,
    )


def _scenes(at: datetime, visit: Visit, chance: random.Random) -> Iterator[Scene]:
    """A visit, and what follows it days later."""

    def later(days: float, act: Act) -> Scene:
        return Scene(at + timedelta(days=days + chance.random()), act, visit)

    def on_day(day: int, act: Act, *, hour: int) -> Scene:
        """Parcels leave together, and arrive together."""
        begins = at.replace(hour=hour, minute=30, second=0, microsecond=0)
        return Scene(begins + timedelta(days=day), act, visit)

    yield Scene(at, Act.VISIT, visit)
    if visit.ending in NEVER_PAID:
        return
    if visit.ending is Ending.CANCELED:
        yield Scene(at + timedelta(hours=2), Act.CANCEL, visit)
        return
    yield on_day(1, Act.SHIP, hour=9)
    yield on_day(3, Act.DELIVER, hour=14)
    match visit.ending:
        case Ending.REFUNDED:
            yield later(6, Act.REFUND)
        case Ending.PARTLY_REFUNDED:
            yield later(5, Act.REFUND_A_PART)
        case Ending.RETURNED:
            yield later(7, Act.ANNOUNCE_RETURN)
            yield later(10, Act.RECEIVE_RETURN)
