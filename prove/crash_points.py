"""Crash points: the process is killed at one step, and at no other.

No step has a hook for this. Slow cards give time between the first transaction
and the call, and a lock that the owner holds makes the house wait before any
other step, so that it dies there.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final, NamedTuple

import asyncpg

from prove.house import House
from prove.owner import LOST, a_minute_passes, checks_come_due, comes_true, connected
from prove.shoppers import Shop

TOGETHER: Final = 6
OPEN: Final = "select count(*) from payments.transaction where held_until > now()"
WAITING: Final = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and usename <> 'guilder'"
)
LINES: Final = (
    "select count(*) from payments.transaction as attempt "
    "inner join payments.sandbox_movement as line using (tenant_id, id) "
    "where attempt.status = 'open' and attempt.held_until > now() and line.status = 'done'"
)
UNANSWERED: Final = (
    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
    "and query like '%update http.answer%'"
)


class Point(NamedTuple):
    """A step: what is sent, what is locked before and after it was written down, and the sign."""

    name: str
    token: str
    act: str = "payment"
    locked_before: str = ""
    locked_after: str = ""
    sign: str = OPEN
    wanted: int = 1
    makes_due: bool = False


def table(name: str) -> str:
    """Nobody writes into this table; reading goes on."""
    return f"lock table {name} in share row exclusive mode"


PAYMENTS: Final = "select from payments.payment where status = 'processing' for update"

POINTS: Final = (
    Point(
        "before it is written down",
        "pm_card_slow",
        locked_before=table("payments.transaction"),
        sign=WAITING,
    ),
    Point("written down, not yet asked", "pm_card_slow", wanted=TOGETHER),
    Point(
        "asked, and not yet done",
        "pm_card_slow",
        locked_before=table("payments.sandbox_movement"),
        sign=WAITING,
        wanted=TOGETHER,
    ),
    Point(
        "done, and not yet recorded",
        "pm_card_slow",
        locked_after=PAYMENTS,
        sign=LINES,
        wanted=TOGETHER,
    ),
    Point(
        "recorded, and not yet answered",
        "pm_card_slow",
        locked_after=table("http.answer"),
        sign=UNANSWERED,
    ),
    Point(
        "found by settlement, and not yet recorded",
        "pm_card_timeoutAfterCharge",
        locked_after=PAYMENTS,
        sign=WAITING,
        makes_due=True,
    ),
    Point(
        "a capture, asked and not yet done",
        "pm_card_timeoutAfterCapture",
        act="capture",
        locked_before=table("payments.sandbox_movement"),
        sign=WAITING,
    ),
    Point(
        "a refund, asked and not yet done",
        "pm_card_timeoutAfterRefund",
        act="refund",
        locked_before=table("payments.sandbox_movement"),
        sign=WAITING,
    ),
    Point(
        "a plain payment, before it is answered",
        "pm_card_visa",
        locked_before=table("http.answer"),
        sign=WAITING,
    ),
)


async def crash_at(shop: Shop, point: Point, *, database: bool) -> bool:
    """Have several come to a point, kill there, and have all be answered; whether they came."""
    orders = await _orders(shop, point)
    async with connected(shop.house) as holder, connected(shop.house) as watcher:
        lock = holder.transaction()
        await lock.start()
        if point.locked_before:
            await holder.execute(point.locked_before)
        asking = [asyncio.create_task(order()) for order in orders]
        came = await _come(point, holder, watcher, asking)
        killed_at = time.monotonic()
        if database:
            shop.house.kill_database(whole=True)
        else:
            shop.house.kill()
        with suppress(*LOST):
            await lock.rollback()
    await _go_on(shop.house, killed_at, database=database)
    await asyncio.gather(*asking)
    return came


async def _orders(
    shop: Shop, point: Point
) -> list[Callable[[], Coroutine[Any, Any, dict[str, Any]]]]:
    if point.act == "payment":
        return [lambda: shop.pay(point.token)] * TOGETHER
    mode = "manual" if point.act == "capture" else "automatic"
    paid = [await shop.pay(point.token, capture=mode) for _ in range(TOGETHER)]
    return [
        lambda payment=payment: shop.ask(  # type: ignore[misc]
            point.act, payment["id"], {"amount": payment["amount"] // 3}
        )
        for payment in paid
    ]


async def _come(
    point: Point,
    holder: asyncpg.Connection,
    watcher: asyncpg.Connection,
    asking: list[asyncio.Task[dict[str, Any]]],
) -> bool:
    if point.makes_due:
        await asyncio.gather(*asking)
        await holder.execute(point.locked_after)
        await watcher.execute(
            "update payments.transaction set held_until = now() where status = 'open'"
        )
        await watcher.execute(
            "update jobs.job set run_at = now() where status = 'scheduled' "
            "and kind = 'payments.settle_attempt'"
        )
    elif point.locked_after:
        if not await comes_true(watcher, OPEN, TOGETHER):
            return False
        await holder.execute(point.locked_after)
    return await comes_true(watcher, point.sign, point.wanted)


async def _go_on(house: House, killed_at: float, *, database: bool) -> None:
    if not database:
        await asyncio.to_thread(house.start)
    await a_minute_passes(house, time.monotonic() - killed_at)
    await checks_come_due(house)
