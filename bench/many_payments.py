"""Payments where many were taken before: how the rate holds when the tables are large.

GUILDER_BENCH_PAYMENTS says how many; ten million take a while and some 12 GB of disk.
"""

import os
import tempfile
import time
from pathlib import Path

import asyncpg
import uvloop

from bench.payments import CLIENTS, SECONDS, pay, prepare, serving
from guilder import db, postgres
from guilder.settings import MIGRATIONS, secret_in

ROWS = int(os.environ.get("GUILDER_BENCH_PAYMENTS", "1000000"))
STEP = 100_000

FILL = """
with new as (
    select kernel.uuid7() as id, kernel.uuid7() as attempt from generate_series(1, $1::int)
), payment as (
    insert into payments.payment (
        id, amount_minor, currency, status, capture, gateway, route_reason,
        gateway_payment_intent_id, payment_method_token, authorized_minor, captured_minor,
        created_by, idempotency_key
    )
    select
        id, 2000, 'EUR', 'succeeded', 'automatic', 'sandbox', 'filled', 'filled_' || attempt,
        'pm_card_visa', 2000, 2000, 'bench', id::text
    from new
), movement as (
    insert into payments.transaction (
        id, payment_id, type, status, amount_minor, currency, gateway, gateway_reference,
        created_by, finished_at
    )
    select
        attempt, id, 'capture', 'succeeded', 2000, 'EUR', 'sandbox', 'filled_' || attempt,
        'bench', now()
    from new
)
insert into ledger.entry (
    journal_id, line, unit, amount_minor, source_kind, source_owner, target_kind, target_owner,
    reason, subject_id
)
select attempt, 1, 'EUR', 2000, 'customer', '', 'gateway', 'sandbox', 'capture', id from new
"""


async def fill(server: postgres.Server) -> None:
    """Write payments as if they had been taken long ago."""
    connection = await asyncpg.connect(server.url("guilder"))
    tenant_id = await connection.fetchval("select id from identity.tenant")
    await connection.execute(f"set guilder.tenant = '{tenant_id}'")
    await connection.execute("set statement_timeout = 0")
    for _ in range(0, ROWS, STEP):
        await connection.execute(FILL, min(STEP, ROWS))
    await connection.execute("vacuum analyze")
    await connection.close()


def main() -> None:
    """Pay into empty tables, and into full ones."""
    with tempfile.TemporaryDirectory(prefix="guilder-bench-") as name:
        folder = Path(name)
        secret_in(folder)
        server = postgres.open_server(folder)
        try:
            server.wait_ready()
            uvloop.run(db.migrate(server.url("guilder"), MIGRATIONS))
            secret, _ = uvloop.run(prepare(server))
            with serving(folder, 1) as (addresses, _):
                empty = _rate(addresses, secret)
            began = time.perf_counter()
            uvloop.run(fill(server))
            print(f"  {ROWS:,} payments written in {time.perf_counter() - began:.0f} s")
            with serving(folder, 1) as (addresses, _):
                full = _rate(addresses, secret)
            print(f"  empty {empty:.0f} a second, full {full:.0f}: {full / empty:.2f} times")
        finally:
            server.stop()


def _rate(addresses: list[str], secret: str) -> float:
    uvloop.run(pay(addresses, secret, clients=CLIENTS, seconds=2))
    rate, _ = uvloop.run(pay(addresses, secret, clients=CLIENTS, seconds=SECONDS))
    return rate
