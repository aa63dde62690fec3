"""Quotas: how much of a thing a tenant's tier allows, and how much of it is used."""

from collections.abc import Awaitable
from typing import Protocol

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .tenant import Tier


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
    """What a tenant may use, and what it has used; None where use is not counted as a stock."""

    name: str
    tier: Tier
    maximum: int | None
    used: int | None


class Count(Protocol):
    """A statement that counts what a tenant has of one thing."""

    def __call__(self, tx: Tx, /, *, tenant_id: TenantId) -> Awaitable[int]: ...


async def require_room(tx: Tx, name: str, count: Count) -> None:
    """Refuse one more than the tier allows. The tenant's row is held, so two cannot both fit."""
    quota = await lock_quota(tx, tenant_id=tx.tenant_id, name=name)
    if quota is None or quota.maximum is None:
        return
    if await count(tx, tenant_id=tx.tenant_id) >= quota.maximum:
        raise QuotaExceeded(quota=name, limit=quota.maximum, tier=quota.tier)


async def quota_use(tx: Tx) -> list[QuotaUse]:
    """Every quota of the tenant with its use."""
    return await quotas_with_use(tx, tenant_id=tx.tenant_id)


@sql
async def lock_quota(tx: Tx, *, tenant_id: TenantId, name: str) -> Quota | None: ...


@sql
async def quotas_with_use(tx: Tx, *, tenant_id: TenantId) -> list[QuotaUse]: ...
