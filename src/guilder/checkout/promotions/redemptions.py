"""Redemptions: what was held is used by an order, or let go."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .hold import locked_limits
from .promotion import PromotionId
from .redemption import Redemption, RedemptionId, RedemptionStatus


async def use(tx: Tx, holder_ids: Sequence[UUID]) -> None:
    """Make uses of what is held. Again: nothing.

    What was let go before its payment came is used all the same, since it was promised; it counts
    against the limit as far as there is room.
    """
    if not holder_ids:
        return
    held = await _locked(tx, holder_ids, RedemptionStatus.HELD, RedemptionStatus.RELEASED)
    if not held:
        return
    late = Counter(one.promotion_id for one in held if one.status is RedemptionStatus.RELEASED)
    if late:
        await locked_limits(tx, late)
    await mark_used(
        tx,
        tenant_id=tx.tenant_id,
        redemption_ids=[one.id for one in held],
        late_ids=list(late),
        counts=list(late.values()),
    )


async def release(tx: Tx, holder_ids: Sequence[UUID]) -> None:
    """Let go of what is held, so that others may use it. Again, or of what was used: nothing."""
    if not holder_ids:
        return
    held = await _locked(tx, holder_ids, RedemptionStatus.HELD)
    if not held:
        return
    freed = Counter(one.promotion_id for one in held)
    await locked_limits(tx, freed)
    await mark_released(
        tx,
        tenant_id=tx.tenant_id,
        redemption_ids=[one.id for one in held],
        freed_ids=list(freed),
        counts=list(freed.values()),
    )


async def _locked(
    tx: Tx, holder_ids: Sequence[UUID], *statuses: RedemptionStatus
) -> list[Redemption]:
    return await lock_redemptions(
        tx, tenant_id=tx.tenant_id, holder_ids=list(holder_ids), statuses=list(statuses)
    )


@sql
async def lock_redemptions(
    tx: Tx, *, tenant_id: TenantId, holder_ids: list[UUID], statuses: list[RedemptionStatus]
) -> list[Redemption]: ...


@sql
async def mark_used(
    tx: Tx,
    *,
    tenant_id: TenantId,
    redemption_ids: list[RedemptionId],
    late_ids: list[PromotionId],
    counts: list[int],
) -> None: ...


@sql
async def mark_released(
    tx: Tx,
    *,
    tenant_id: TenantId,
    redemption_ids: list[RedemptionId],
    freed_ids: list[PromotionId],
    counts: list[int],
) -> None: ...


@sql
async def newest_redemptions(
    tx: Tx,
    *,
    tenant_id: TenantId,
    promotion_id: PromotionId,
    status: RedemptionStatus | None,
    before: RedemptionId | None,
    most: int,
) -> list[Redemption]: ...
