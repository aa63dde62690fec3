"""Counting: notes of who was seen become days, each note once."""

from functools import partial
from typing import ClassVar, Final

from guilder.db import Pool, Tx, sql, system_transaction, transact
from guilder.jobs import InWorld, Job, Schedule
from guilder.kernel import TenantId

TENANTS_AT_ONCE: Final = 500
NOTES_AT_ONCE: Final = 5_000


class CountActivity(Job, frozen=True):
    """What was seen of users is counted by the day."""

    name: ClassVar[str] = "identity.count_activity"
    timeout_seconds: ClassVar[float] = 300.0


EVERY_FIVE_MINUTES: Final = Schedule("identity.count_activity", "*/5 * * * *", CountActivity())


async def count_activity(pool: Pool, _: object, __: CountActivity) -> None:
    """Count in each tenant of which there are notes, some tenants at a time."""
    after: TenantId | None = None
    while True:
        async with system_transaction(pool) as tx:
            found = await tenants_with_activity(tx, after_tenant=after, most=TENANTS_AT_ONCE)
        for tenant_id in found:
            await _count_all(pool, tenant_id)
        if len(found) < TENANTS_AT_ONCE:
            return
        after = found[-1]


async def _count_all(pool: Pool, tenant_id: TenantId) -> None:
    count = partial(count_notes, tenant_id=tenant_id, most=NOTES_AT_ONCE)
    while await transact(pool, tenant_id, count) == NOTES_AT_ONCE:
        pass


COUNT_ACTIVITY: Final = InWorld(CountActivity, count_activity)


@sql
async def tenants_with_activity(
    tx: Tx, *, after_tenant: TenantId | None, most: int
) -> list[TenantId]: ...


@sql
async def count_notes(tx: Tx, *, tenant_id: TenantId, most: int) -> int: ...
