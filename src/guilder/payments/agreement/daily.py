"""Daily: the days that are over are compared unasked, at every gateway where money moved lately.

The sandbox is left out: what it takes is not money. A day counts by UTC, and is
compared some hours after its end, when attempts without an answer are mostly
settled and PayPal's own list, which is up to three hours behind, is complete.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar, Final

import msgspec

from guilder.db import Pool, Tx, sql, system_transaction, transact
from guilder.jobs import Job, Schedule, enqueue_many
from guilder.kernel import TenantId

from .reconciliation import Reconcile, Reconciliation

DAYS: Final = 3
"""A day that could not be compared is tried again on the days after it."""

DAY: Final = timedelta(hours=24)
LATELY: Final = timedelta(days=31)
SPREAD: Final = timedelta(hours=1)
"""Not all tenants at once: each at its own time within this."""

ACCOUNTS_AT_ONCE: Final = 500


class ReconcileDaily(Job, frozen=True):
    """Begin the comparisons of the days that are over."""

    name: ClassVar[str] = "payments.reconcile_daily"
    timeout_seconds: ClassVar[float] = 600.0


DAILY: Final = Schedule("payments.reconcile_daily", "30 4 * * *", ReconcileDaily())


class MovingAccount(msgspec.Struct, frozen=True):
    """A tenant's gateway at which money moved lately."""

    tenant_id: TenantId
    gateway: str


async def reconcile_daily(pool: Pool, _: TenantId | None, __: ReconcileDaily) -> None:
    """Begin what is due for every tenant and gateway, some of them at a time."""
    after: MovingAccount | None = None
    while True:
        async with system_transaction(pool) as tx:
            found = await moving_accounts(
                tx,
                lately=LATELY,
                after_tenant=after.tenant_id if after else None,
                after_gateway=after.gateway if after else None,
                most=ACCOUNTS_AT_ONCE,
            )
        for account in found:
            await transact(pool, account.tenant_id, partial(start_days, gateway=account.gateway))
        if len(found) < ACCOUNTS_AT_ONCE:
            return
        after = found[-1]


async def start_days(tx: Tx, *, gateway: str) -> list[Reconciliation]:
    """Have the last days compared that were not compared yet. Doing it twice adds nothing."""
    now = await tx.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begun = await insert_days(
        tx,
        tenant_id=tx.tenant_id,
        gateway=gateway,
        days=[midnight - DAY * number for number in range(DAYS, 0, -1)],
        length=DAY,
    )
    if begun:
        own_time = now + SPREAD * (tx.tenant_id.int % 1000 / 1000)
        jobs = [Reconcile(one.id) for one in begun]
        await enqueue_many(tx, jobs, run_ats=[own_time] * len(jobs))
    return begun


@sql
async def moving_accounts(
    tx: Tx,
    *,
    lately: timedelta,
    after_tenant: TenantId | None,
    after_gateway: str | None,
    most: int,
) -> list[MovingAccount]: ...


@sql
async def insert_days(
    tx: Tx, *, tenant_id: TenantId, gateway: str, days: list[datetime], length: timedelta
) -> list[Reconciliation]: ...
