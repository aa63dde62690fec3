"""Cron expressions in a named time zone, across daylight saving.

Five fields: minute, hour, day of month, month, day of week (0 or 7 is Sunday),
each with `*`, numbers, ranges, lists and steps. As in Vixie's cron, an
expression whose hour is `*` follows real time through a change of the clocks;
one that names hours happens once a day: at the first instant after a gap, and
at the first of two equal times.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

FIELDS: Final = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day", 1, 31),
    ("month", 1, 12),
    ("weekday", 0, 7),
)
HORIZON: Final = timedelta(days=366 * 5)
"""An expression that names no day within five years, as 30 February, is a mistake."""


class CronNotValid(ValueError):
    """A cron expression has five fields, each within its range, and names a day that comes."""


class Cron(msgspec.Struct, frozen=True):
    """When something recurs, in one time zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_hour: bool
    any_day: bool
    any_weekday: bool
    zone: str

    @classmethod
    def parse(cls, expression: str, zone: str) -> "Cron":
        """Read an expression such as `30 3 * * 1-5`."""
        parts = expression.split()
        if len(parts) != len(FIELDS):
            raise CronNotValid(f"{expression!r} has {len(parts)} fields instead of 5")
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise CronNotValid(f"{zone!r} is not a time zone") from unknown
        minutes, hours, days, months, weekdays = (
            frozenset(_numbers(part, low, high))
            for part, (_, low, high) in zip(parts, FIELDS, strict=True)
        )
        return cls(
            minutes=minutes,
            hours=hours,
            days=days,
            months=months,
            weekdays=frozenset(day % 7 for day in weekdays),
            any_hour=parts[1].startswith("*"),
            any_day=parts[2].startswith("*"),
            any_weekday=parts[4].startswith("*"),
            zone=zone,
        )

    def after(self, instant: datetime) -> datetime:
        """The first occurrence that comes later than this instant."""
        found = self._in_real_time(instant) if self.any_hour else self._by_the_clock(instant)
        if found is None:
            raise CronNotValid("the expression names no day within five years")
        return found

    def _in_real_time(self, instant: datetime) -> datetime | None:
        zone = ZoneInfo(self.zone)
        minute = instant.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = instant + HORIZON
        while minute < end:
            local = minute.astimezone(zone)
            if not self._names(local.date()):
                tomorrow = datetime.combine(
                    local.date() + timedelta(days=1), local.min.time(), zone
                )
                minute = max(tomorrow.astimezone(UTC), minute + timedelta(minutes=1))
            elif local.hour in self.hours and local.minute in self.minutes:
                return minute
            else:
                minute += timedelta(minutes=1)
        return None

    def _by_the_clock(self, instant: datetime) -> datetime | None:
        zone = ZoneInfo(self.zone)
        day = instant.astimezone(zone).date() - timedelta(days=1)
        end = day + HORIZON
        while day < end:
            if self._names(day):
                for occurrence in self._on(day, zone):
                    if occurrence > instant:
                        return occurrence
            day += timedelta(days=1)
        return None

    def _on(self, day: date, zone: ZoneInfo) -> Iterator[datetime]:
        for hour in sorted(self.hours):
            for minute in sorted(self.minutes):
                local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                yield _first_instant(local, zone)

    def _names(self, day: date) -> bool:
        """As cron has it: where both kinds of day are restricted, either one will do."""
        if day.month not in self.months:
            return False
        by_month = day.day in self.days
        by_week = day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return by_month and by_week
        return by_month or by_week


def _first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time; where the clock jumps over it, the end of the jump."""
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return instant
    before, after = local.replace(fold=1).astimezone(UTC), instant
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < local.replace(tzinfo=None):
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)


def _numbers(part: str, low: int, high: int) -> Iterator[int]:
    for item in part.split(","):
        span, _, step = item.partition("/")
        first, _, last = span.partition("-")
        try:
            start = low if span == "*" else int(first)
            end = high if span == "*" else int(last) if last else high if step else start
            stride = int(step) if step else 1
        except ValueError as unreadable:
            raise CronNotValid(f"{part!r} is not a cron field") from unreadable
        if not (low <= start <= end <= high and stride > 0):
            raise CronNotValid(f"{part!r} is outside of {low}-{high}")
        yield from range(start, end + 1, stride)
