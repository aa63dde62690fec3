"""Charts: bars by day as SVG, with the same numbers as a table beside them.

Everything is measured in percent of the frame, so that it fills any width and letters keep
their form.
"""

from datetime import date
from typing import Final, NamedTuple

from guilder.kernel import Money

GROUND: Final = 86.0
"""Where the bars stand; below it the months are named."""

GAP: Final = 0.25
"""Of a bar's place, that is left free."""


class Bar(NamedTuple):
    """One day's bar, where it stands and what it says."""

    x: float
    y: float
    width: float
    height: float
    told: str


class Mark(NamedTuple):
    """A day that is named below the bars."""

    x: float
    told: str


class Chart(NamedTuple):
    """Bars that fill their frame, from nothing to the highest."""

    ground: float
    bars: list[Bar]
    marks: list[Mark]
    highest: str


def bars(days: list[tuple[date, Money]], *, told: list[str], highest: str) -> Chart:
    """A bar for each day. A day on which more was given back than sold leaves none."""
    most = max((money.minor for _, money in days), default=0) or 1
    step = 100 / max(len(days), 1)
    found = []
    for place, ((_, money), text) in enumerate(zip(days, told, strict=True)):
        height = max(money.minor, 0) / most * GROUND
        found.append(
            Bar(
                x=round((place + GAP / 2) * step, 3),
                y=round(GROUND - height, 3),
                width=round(step * (1 - GAP), 3),
                height=round(height, 3),
                told=text,
            )
        )
    months = [
        Mark(round(place * step, 3), day.strftime("%b"))
        for place, (day, _) in enumerate(days)
        if day.day == 1
    ]
    return Chart(GROUND, found, months, highest)
