"""Payments under everything that goes wrong: nobody is charged twice, nothing stays unknown.

Shoppers pay over HTTP while gateways lose requests and replies, notices come twice and
in any order, and the process or the database is killed: at random moments, and at each
step of an attempt. Afterwards the gateway's book, payments, transactions, ledger and
facts are compared.
"""

import asyncio
import random
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from prove.audit import audit, settle_down
from prove.crash_points import POINTS, crash_at
from prove.house import House
from prove.owner import LOST, a_minute_passes, checks_come_due, rows
from prove.postman import Postman
from prove.shoppers import Shop

SHOPPERS: Final = 12
LOAD_SECONDS: Final = 2.0
CHECK_SECONDS: Final = 1.0


def prove(rounds: int) -> list[str]:
    """Crash as often as asked, and answer what is wrong afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guilder-prove-"))
    house = House(folder)
    try:
        tenant = house.command("tenants", "create", "--name", "Prove")["id"]
        secret = house.command("keys", "create", "--tenant", tenant, "--scope", "*")["secret"]
        house.start()
        shop = Shop(house, secret)
        faults = asyncio.run(_prove(shop, Postman(shop, tenant), rounds))
        if house.stop() != 0:
            faults.append("it did not stop cleanly")
    finally:
        house.kill()
    if faults:
        print(f"  the data folder is kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return faults


async def _prove(shop: Shop, postman: Postman, rounds: int) -> list[str]:
    began = await _now(shop)
    points = _shares(rounds)
    faults = []
    for number in range(rounds):
        await _round(shop, postman, number)
        for point in points[number]:
            started = time.monotonic()
            came = await crash_at(shop, point, database=bool(number % 2))
            print(f"    {time.monotonic() - started:4.1f} s  {point.name}", flush=True)
            if not came:
                faults.append(f"it never came to the point: {point.name}")
    print(
        f"  {shop.sent} requests, {shop.hung_up} hung up on, {shop.storms} sent 16 times at once, "
        f"{postman.brought} notices brought of {len(postman.new)}",
        flush=True,
    )
    twice = [name for name, count in postman.new.items() if count > 1]
    if twice:
        faults.append(f"{len(twice)} notices were new more than once")
    faults += await settle_down(shop)
    faults += await audit(shop, began=began, until=await _now(shop))
    return [*shop.faults, *faults]


async def _round(shop: Shop, postman: Postman, number: int) -> None:
    """Let everybody at it, and kill something at a random moment."""
    shop.is_open = True
    before = len(shop.told)
    working = asyncio.gather(shop.load(SHOPPERS), postman.walk(), _clock(shop))
    await asyncio.sleep(LOAD_SECONDS * (0.5 + random.random()))
    victim = ("the process", "the database", "a backend")[number % 3]
    killed_at = time.monotonic()
    if victim == "the process":
        shop.house.kill()
        await asyncio.to_thread(shop.house.start)
    else:
        shop.house.kill_database(whole=victim == "the database")
    await a_minute_passes(shop.house, time.monotonic() - killed_at)
    await asyncio.sleep(LOAD_SECONDS)
    shop.is_open = False
    await working
    answered = len(shop.told) - before
    print(f"  round {number + 1}: killed {victim}, {answered} keys answered", flush=True)


async def _clock(shop: Shop) -> None:
    """Let settlement come in between, again and again."""
    while shop.is_open or shop.inside:
        with suppress(*LOST, TimeoutError):
            await checks_come_due(shop.house)
        await asyncio.sleep(CHECK_SECONDS)


def _shares(rounds: int) -> list[list[Any]]:
    """All points, dealt to the rounds."""
    return [list(POINTS[number::rounds]) for number in range(rounds)]


async def _now(shop: Shop) -> str:
    """The database's clock."""
    (row,) = await rows(shop.house, "select now() as now")
    instant: str = row["now"].isoformat()
    return instant
