"""Commerce under everybody at once: the last unit is sold once, and what is charged is ordered.

Each race is run again and again over HTTP, by buyers who come in the same moment, against two
serving processes of one database. After each the stock, the orders, the payments and the
answers are compared; at the end the ledger's own check agrees.
"""

import asyncio
import shutil
import tempfile
import time
from pathlib import Path
from typing import Final

from prove.buyers import Buyers
from prove.house import House
from prove.owner import rows
from prove.races import RACES

ROUNDS_EACH: Final = 50
"""Races of each kind for one of the rounds that are asked for: 200 in the four of the default."""

QUIET_SECONDS: Final = 90.0

UNDER_WAY: Final = """
select
    (select count(*) from payments.transaction where status in ('open', 'waiting')) as attempts,
    (select count(*) from jobs.job where status in ('ready', 'running')) as jobs,
    (select count(*) from events.outbox) as facts
"""

ORPHANS: Final = """
select payment.id::text, payment.status, payment.order_id
from payments.payment
left join checkout.placed_order
    on placed_order.tenant_id = payment.tenant_id and placed_order.payment_id = payment.id
where
    payment.order_id is not null
    and placed_order.id is null
    and payment.captured_minor > payment.refunded_minor + payment.refunding_minor
"""

WRONG: Final = {
    "payments were taken and neither ordered nor given back": ORPHANS,
    "checkouts were charged more than once": """
        select payment.order_id, count(*) from payments.payment
        where payment.captured_minor > payment.refunded_minor and payment.order_id is not null
        group by payment.tenant_id, payment.order_id having count(*) > 1
    """,
    "variants hold what nobody reserved": """
        select stock.variant_id::text, stock.reserved, coalesce(sum(held.quantity), 0) as held
        from catalog.stock
        left join catalog.reservation as held
            on held.tenant_id = stock.tenant_id and held.variant_id = stock.variant_id
            and held.status = 'held'
        group by stock.tenant_id, stock.variant_id
        having stock.reserved <> coalesce(sum(held.quantity), 0)
    """,
    "orders differ from their payments": """
        select placed_order.number, payment.amount_minor, placed_order.total_minor
        from checkout.placed_order
        inner join payments.payment
            on payment.tenant_id = placed_order.tenant_id and payment.id = placed_order.payment_id
        where payment.amount_minor <> placed_order.total_minor
        or payment.refunded_minor <> placed_order.refunded_minor
    """,
    "orders do not sum up": """
        select placed_order.number
        from checkout.placed_order
        inner join checkout.order_line
            on order_line.tenant_id = placed_order.tenant_id
            and order_line.order_id = placed_order.id
        group by placed_order.tenant_id, placed_order.id
        having sum(order_line.total_minor)
            + coalesce((placed_order.shipping ->> 'total_minor')::int8, 0)
            <> placed_order.total_minor
    """,
    "promotions were used more often than they may be": """
        select promotion.code, promotion.uses, promotion.max_uses
        from checkout.promotion where promotion.uses > promotion.max_uses
    """,
    "jobs are dead": "select kind || ': ' || last_error from jobs.job where status = 'dead'",
    "facts were put aside": "select consumer from events.skipped",
}


def prove(rounds: int) -> list[str]:
    """Run every race so many times fifty times, and answer what is wrong afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="guilder-prove-"))
    house = House(folder)
    second = House(folder)
    try:
        tenant = house.command("tenants", "create", "--name", "Prove")["id"]
        secret = house.command("keys", "create", "--tenant", tenant, "--scope", "*")["secret"]
        house.start()
        second.serve()
        buyers = Buyers([house.address, second.address], secret)
        faults = asyncio.run(_prove(house, buyers, rounds * ROUNDS_EACH))
        if second.stop() != 0 or house.stop() != 0:
            faults.append("it did not stop cleanly")
    finally:
        second.kill()
        house.kill()
    if faults:
        print(f"  the data folder is kept: {folder}", flush=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return faults


async def _settle_down(house: House) -> None:
    """Let facts be heard, and what was begun come to its end."""
    deadline = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < deadline:
        (left,) = await rows(house, UNDER_WAY)
        if not any(left.values()):
            return
        await asyncio.sleep(0.2)


async def _prove(house: House, buyers: Buyers, rounds: int) -> list[str]:
    async with buyers:
        await buyers.open_shop()
        for race in RACES:
            began, faults = time.monotonic(), len(buyers.faults)
            for number in range(rounds):
                await race(buyers, number)
            new = len(buyers.faults) - faults
            took = time.monotonic() - began
            name = race.__name__.replace("_", " ")
            print(f"  {rounds} of {name}: {new} faults, {took:.0f} s", flush=True)
        await _settle_down(house)
        faults_found = list(buyers.faults)
        for name, statement in WRONG.items():
            found = await rows(house, statement)
            shown = "; ".join(str(dict(row)) for row in found[:3])
            faults_found += [f"{len(found)} {name}: {shown}"] if found else []
        check = await buyers.get("/v1/ledger/check")
        if not check.get("agrees"):
            faults_found.append(f"the ledger's check disagrees: {str(check)[:500]}")
    return faults_found
