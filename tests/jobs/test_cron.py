"""Cron expressions, in a named time zone, across daylight saving."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guilder.jobs import Cron, CronNotValid

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def occurrences(cron: Cron, start: datetime):
    while True:
        start = cron.after(start)
        yield start


@pytest.mark.parametrize(
    ("expression", "zone", "start", "expected"),
    [
        ("*/15 * * * *", "UTC", "2026-01-01 00:00", "2026-01-01 00:15"),
        ("0 * * * *", "UTC", "2026-01-01 00:59:59", "2026-01-01 01:00"),
        ("30 3 * * *", "UTC", "2026-01-01 03:30", "2026-01-02 03:30"),
        ("30 3 * * *", BERLIN, "2026-01-01 03:00", "2026-01-02 02:30"),
        ("30 3 * * *", BERLIN, "2026-07-01 00:00", "2026-07-01 01:30"),
        ("0 9 * * 1-5", "UTC", "2026-11-20 10:00", "2026-11-23 09:00"),
        ("0 9 * * 7", "UTC", "2026-11-20 10:00", "2026-11-22 09:00"),
        ("0 0 1 * *", "UTC", "2026-01-31 12:00", "2026-02-01 00:00"),
        ("0 0 29 2 *", "UTC", "2026-01-01 00:00", "2028-02-29 00:00"),
        ("0 0 13 * 5", "UTC", "2026-11-01 00:00", "2026-11-06 00:00"),
        ("5,10 0-2/2 * 3 *", "UTC", "2026-03-01 00:10", "2026-03-01 02:05"),
        ("0 0 * * *", "America/Sao_Paulo", "2026-01-01 00:00", "2026-01-01 03:00"),
    ],
)
def test_the_next_occurrence(expression: str, zone: str, start: str, expected: str) -> None:
    assert Cron.parse(expression, zone).after(at(start)) == at(expected)


def test_a_time_that_the_clocks_jump_over_happens_right_after_the_jump() -> None:
    cron = Cron.parse("30 2 * * *", BERLIN)

    found = list(islice(occurrences(cron, at("2026-03-27 12:00")), 3))

    assert found == [at("2026-03-28 01:30"), at("2026-03-29 01:00"), at("2026-03-30 00:30")]


def test_a_time_that_comes_twice_happens_once() -> None:
    cron = Cron.parse("30 2 * * *", BERLIN)

    found = list(islice(occurrences(cron, at("2026-10-24 12:00")), 2))

    assert found == [at("2026-10-25 00:30"), at("2026-10-26 01:30")]


@pytest.mark.parametrize("day", ["2026-03-28 23:00", "2026-10-24 22:00"])
def test_every_quarter_of_an_hour_is_real_time(day: str) -> None:
    cron = Cron.parse("*/15 * * * *", BERLIN)

    found = list(islice(occurrences(cron, at(day)), 40))

    assert {later - sooner for sooner, later in pairwise(found)} == {timedelta(minutes=15)}


@settings(max_examples=60, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    zone=st.sampled_from(
        [BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]
    ),
)
def test_a_daily_job_happens_once_a_day(start: datetime, minute: int, hour: int, zone: str) -> None:
    cron = Cron.parse(f"{minute} {hour} * * *", zone)

    found = list(islice(occurrences(cron, start.replace(tzinfo=UTC)), 8))

    days = [instant.astimezone(ZoneInfo(zone)).date() for instant in found]
    assert [later - sooner for sooner, later in pairwise(days)] == [timedelta(days=1)] * 7


@pytest.mark.parametrize(
    "expression",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "a * * * *",
     "*/0 * * * *", "5-1 * * * *", "1, * * * *", "* * * * * *", "-1 * * * *"],
)  # fmt: skip
def test_what_is_not_an_expression_is_refused(expression: str) -> None:
    with pytest.raises(CronNotValid):
        Cron.parse(expression, "UTC")


@pytest.mark.parametrize("zone", ["Berlin", "", "../etc/passwd", "Europe/Nowhere"])
def test_what_is_not_a_zone_is_refused(zone: str) -> None:
    with pytest.raises(CronNotValid):
        Cron.parse("* * * * *", zone)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(CronNotValid):
        Cron.parse("0 0 30 2 *", "UTC").after(at("2026-01-01 00:00"))
