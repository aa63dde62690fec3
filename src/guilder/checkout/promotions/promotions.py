"""Promotions: set up, changed, and found again."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from guilder.checkout.totals import Kind
from guilder.db import Tx, sql
from guilder.kernel import MAX_MINOR, AmountTooLarge, Problem, TenantId, currency

from .promotion import (
    Promotion,
    PromotionChanges,
    PromotionCreated,
    PromotionId,
    PromotionUpdated,
)


class PromotionNotFound(Problem, status=404):
    """There is no such promotion."""


class CodeTaken(Problem, status=409):
    """Another promotion has this code, however it is spelled."""

    promotion_code: str


class PromotionEndsTooEarly(Problem, status=422):
    """A promotion ends after it has begun."""


class PromotionIncomplete(Problem, status=422):
    """A promotion takes off a percentage, or an amount; an amount or a minimum has its currency."""


class LimitTooLow(Problem, status=409):
    """A promotion cannot be limited to fewer uses than it has."""

    uses: int


class NewPromotion(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be taken off, and for whom."""

    name: str
    code: str | None = None
    percentage: Decimal | None = None
    amount_minor: int | None = None
    currency: str | None = None
    minimum_minor: int | None = None
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    is_stackable: bool = False
    is_active: bool = True
    product_ids: list[UUID] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    metadata: dict[str, Any] = {}

    @property
    def kind(self) -> Kind:
        """How it takes off."""
        return Kind.FIXED if self.percentage is None else Kind.PERCENTAGE


async def create_promotion(tx: Tx, new: NewPromotion) -> Promotion:
    """Set up a promotion."""
    _refuse_incomplete(new)
    starts_at = new.starts_at or await tx.now()
    if new.ends_at is not None and new.ends_at <= starts_at:
        raise PromotionEndsTooEarly
    fields = msgspec.structs.asdict(new) | {"starts_at": starts_at, "kind": new.kind}
    if new.product_ids is not None:
        fields["product_ids"] = sorted(set(map(str, new.product_ids)))
    created = await insert_promotion(tx, **fields)
    if created is None:
        raise CodeTaken(promotion_code=new.code or "")
    tx.emit(PromotionCreated(created.id, created))
    return created


def _refuse_incomplete(new: NewPromotion) -> None:
    if (new.percentage is None) == (new.amount_minor is None):
        raise PromotionIncomplete
    if new.currency is not None:
        currency(new.currency)
    elif new.amount_minor is not None or new.minimum_minor is not None:
        raise PromotionIncomplete
    if max(new.amount_minor or 0, new.minimum_minor or 0) > MAX_MINOR:
        raise AmountTooLarge


async def change_promotion(
    tx: Tx, promotion_id: PromotionId, changes: PromotionChanges
) -> Promotion:
    """Let it run for another time, or for another number of uses. What was used stays used."""
    before = await lock_promotion(tx, tenant_id=tx.tenant_id, promotion_id=promotion_id)
    if before is None:
        raise PromotionNotFound
    wanted = changes.applied_to(before)
    if wanted.ends_at is not None and wanted.ends_at <= wanted.starts_at:
        raise PromotionEndsTooEarly
    uses = before.uses
    if wanted.max_uses is not None and before.max_uses is None:
        (uses,) = await counted_uses(tx, tenant_id=tx.tenant_id, promotion_ids=[promotion_id])
    if wanted.max_uses is not None and wanted.max_uses < uses:
        raise LimitTooLow(uses=uses)
    changed = await update_promotion(
        tx,
        tenant_id=tx.tenant_id,
        promotion_id=promotion_id,
        name=wanted.name,
        max_uses=wanted.max_uses,
        max_uses_per_customer=wanted.max_uses_per_customer,
        uses=uses,
        is_active=wanted.is_active,
        ends_at=wanted.ends_at,
        metadata=wanted.metadata,
    )
    tx.emit(PromotionUpdated(changed.id, changed))
    return changed


async def latest_promotions(
    tx: Tx, *, code: str | None, active: bool | None, before: PromotionId | None, most: int
) -> list[Promotion]:
    """The tenant's promotions, newest first, each with its uses."""
    found = await newest_promotions(
        tx, tenant_id=tx.tenant_id, code=code, active=active, before=before, most=most
    )
    return await with_uses(tx, found)


async def with_uses(tx: Tx, promotions: Sequence[Promotion]) -> list[Promotion]:
    """The same with the uses of those that keep no count, since nobody waits for them."""
    uncounted = [one.id for one in promotions if one.max_uses is None]
    if not uncounted:
        return list(promotions)
    uses = await counted_uses(tx, tenant_id=tx.tenant_id, promotion_ids=uncounted)
    counts = dict(zip(uncounted, uses, strict=True))
    return [msgspec.structs.replace(one, uses=counts.get(one.id, one.uses)) for one in promotions]


async def promotion_by_id(tx: Tx, promotion_id: PromotionId) -> Promotion:
    """One promotion of the tenant."""
    found = await find_promotion(tx, tenant_id=tx.tenant_id, promotion_id=promotion_id)
    if found is None:
        raise PromotionNotFound
    return found


async def promotion_by_code(tx: Tx, code: str) -> Promotion:
    """The promotion with this code, however it is spelled here."""
    found = await find_code(tx, tenant_id=tx.tenant_id, code=code)
    if found is None:
        raise PromotionNotFound
    return found


@sql
async def insert_promotion(
    tx: Tx,
    *,
    code: str | None,
    name: str,
    kind: Kind,
    percentage: Decimal | None,
    amount_minor: int | None,
    currency: str | None,
    minimum_minor: int | None,
    max_uses: int | None,
    max_uses_per_customer: int | None,
    is_stackable: bool,
    is_active: bool,
    product_ids: list[str] | None,
    starts_at: datetime,
    ends_at: datetime | None,
    metadata: dict[str, Any],
) -> Promotion | None: ...


@sql
async def lock_promotion(
    tx: Tx, *, tenant_id: TenantId, promotion_id: PromotionId
) -> Promotion | None: ...


@sql
async def update_promotion(
    tx: Tx,
    *,
    tenant_id: TenantId,
    promotion_id: PromotionId,
    name: str,
    max_uses: int | None,
    max_uses_per_customer: int | None,
    uses: int,
    is_active: bool,
    ends_at: datetime | None,
    metadata: dict[str, Any],
) -> Promotion: ...


@sql
async def find_promotion(
    tx: Tx, *, tenant_id: TenantId, promotion_id: PromotionId
) -> Promotion | None: ...


@sql
async def find_code(tx: Tx, *, tenant_id: TenantId, code: str) -> Promotion | None: ...


@sql
async def newest_promotions(
    tx: Tx,
    *,
    tenant_id: TenantId,
    code: str | None,
    active: bool | None,
    before: PromotionId | None,
    most: int,
) -> list[Promotion]: ...


@sql
async def counted_uses(
    tx: Tx, *, tenant_id: TenantId, promotion_ids: list[PromotionId]
) -> list[int]: ...
