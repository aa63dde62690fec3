"""Quotas: how much of a thing a tenant's tier allows, and how much of it is used."""

from collections.abc import Mapping

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId, Tool
from guilder.manifest import Count

from .tenant import Tier

FACTS_PER_DAY = "facts_per_day"


class QuotaExceeded(Problem, status=403):
    """The tenant's tier does not allow more of this."""

    quota: str
    limit: int
    tier: Tier


class Quota(msgspec.Struct, frozen=True):
    """What a tier allows of one thing. No maximum is no limit."""

    name: str
    tier: Tier
    maximum: int | None


class QuotaUse(msgspec.Struct, frozen=True):
    """What a tenant may use, and what it has used."""

    name: str
    tier: Tier
    maximum: int | None
    used: int


class Counts(Tool):
    """How each thing is counted of which a tier allows so many; each package knows its own."""

    def __init__(self, counts: Mapping[str, Count]) -> None:
        self.by_name = dict(counts)


async def require_room(tx: Tx, name: str, count: Count, *, more: int = 1) -> None:
    """Refuse more than the tier allows. The tenant's row is held, so two cannot both fit.

    What was written already in this transaction is counted, so none `more` is asked for then.
    """
    quota = await lock_quota(tx, tenant_id=tx.tenant_id, name=name)
    if quota is None or quota.maximum is None:
        return
    if await count(tx, tenant_id=tx.tenant_id) + more > quota.maximum:
        raise QuotaExceeded(quota=name, limit=quota.maximum, tier=quota.tier)


async def quota_use(tx: Tx, counts: Counts) -> list[QuotaUse]:
    """Every quota of the tenant with its use. What no package counts is what none makes yet."""
    found = await quotas_of(tx, tenant_id=tx.tenant_id)
    used = {name: await count(tx, tenant_id=tx.tenant_id) for name, count in counts.by_name.items()}
    used[FACTS_PER_DAY] = await used_today(tx, tenant_id=tx.tenant_id, name=FACTS_PER_DAY)
    return [
        QuotaUse(quota.name, quota.tier, quota.maximum, used.get(quota.name, 0)) for quota in found
    ]


@sql
async def lock_quota(tx: Tx, *, tenant_id: TenantId, name: str) -> Quota | None: ...


@sql
async def quotas_of(tx: Tx, *, tenant_id: TenantId) -> list[Quota]: ...


@sql
async def used_today(tx: Tx, *, tenant_id: TenantId, name: str) -> int: ...
