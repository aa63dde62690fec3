"""Sales: what the last days came to, by day and currency."""

from datetime import date, timedelta
from typing import Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Currency, Money, TenantId

DAYS: Final = 90


class Day(msgspec.Struct, frozen=True):
    """The orders of one day in one currency, of UTC."""

    currency: Currency
    day: date
    orders: int
    total_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        return self.total_minor - self.refunded_minor


class Series(msgspec.Struct, frozen=True):
    """What one currency brought in: a value for every day, also for those without any."""

    currency: Currency
    orders: int
    net: Money
    days: list[tuple[date, Money]]


class Sales(msgspec.Struct, frozen=True):
    """What today and the days before it came to."""

    today_orders: int
    today: list[Money]
    series: list[Series]


async def lately(tx: Tx) -> Sales:
    """What was sold today and in the days before it."""
    today = (await tx.now()).date()
    first = today - timedelta(days=DAYS - 1)
    found = await days_of_sales(tx, tenant_id=tx.tenant_id, first=first)
    last = [one for one in found if one.day == today]
    return Sales(
        today_orders=sum(one.orders for one in last),
        today=[Money(one.net_minor, one.currency) for one in last],
        series=series_of(found, first=first, last=today),
    )


def series_of(found: list[Day], *, first: date, last: date) -> list[Series]:
    """A line for each currency, the one with the most orders first."""
    every = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    by_currency: dict[Currency, dict[date, Day]] = {}
    for one in found:
        by_currency.setdefault(one.currency, {})[one.day] = one
    lines = [
        Series(
            currency,
            sum(one.orders for one in days.values()),
            Money(sum(one.net_minor for one in days.values()), currency),
            [(day, Money(days[day].net_minor if day in days else 0, currency)) for day in every],
        )
        for currency, days in by_currency.items()
    ]
    return sorted(lines, key=lambda line: (-line.orders, line.currency))


@sql
async def days_of_sales(tx: Tx, *, tenant_id: TenantId, first: date) -> list[Day]: ...
