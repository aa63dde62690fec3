"""Counting: a variant's units begin to be counted, and whether more may be sold than there are."""

from collections.abc import Mapping, Sequence

import msgspec

from guilder.catalog.variant import VariantId, VariantNotFound
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .adjustment import Reason
from .adjustments import enter_first
from .shelves import hold_shelves
from .stock import Stock


class NotCounted(Problem, status=404):
    """There is no such variant, or its units are not counted."""


class BackordersWaiting(Problem, status=409):
    """More are sold or promised than there are, so backorders cannot be ruled out now."""

    sku: str
    reserved: int
    on_hand: int
    backordered: int


class NewStock(msgspec.Struct, frozen=True):
    """How many there are to begin with."""

    on_hand: int = 0
    allows_backorder: bool = False


async def begin_counting(
    tx: Tx,
    new: Sequence[tuple[VariantId, NewStock]],
    *,
    reason: Reason = Reason.COUNTED,
    is_told: bool = True,
) -> set[VariantId]:
    """Count the units of variants that were not counted before; which these are is answered."""
    begun = set(
        await insert_stock(
            tx,
            variant_ids=[variant_id for variant_id, _ in new],
            on_hands=[one.on_hand for _, one in new],
            allowances=[one.allows_backorder for _, one in new],
        )
    )
    first = {
        variant_id: one.on_hand for variant_id, one in new if variant_id in begun and one.on_hand
    }
    if first:
        await enter_first(tx, first, reason=reason, is_told=is_told)
    return begun


async def count(tx: Tx, variant_id: VariantId, *, allows_backorder: bool) -> Stock:
    """Have a variant counted, and say whether more may be sold than there are."""
    if not await known_variants(tx, tenant_id=tx.tenant_id, ids=[variant_id]):
        raise VariantNotFound
    await begin_counting(tx, [(variant_id, NewStock(0, allows_backorder))])
    await allow_backorders(tx, {variant_id: allows_backorder})
    return await stock_by_id(tx, variant_id)


async def allow_backorders(tx: Tx, allowed: Mapping[VariantId, bool]) -> None:
    """Say of variants that are counted whether more may be sold than there are."""
    shelves = await hold_shelves(tx, allowed)
    for variant_id, shelf in shelves.items():
        is_short = shelf.reserved > shelf.on_hand or shelf.backordered > 0
        if is_short and not allowed[variant_id]:
            raise BackordersWaiting(
                sku=shelf.before.sku,
                reserved=shelf.reserved,
                on_hand=shelf.on_hand,
                backordered=shelf.backordered,
            )
    await update_allowances(
        tx,
        tenant_id=tx.tenant_id,
        variant_ids=list(shelves),
        allowances=[allowed[variant_id] for variant_id in shelves],
    )


async def stock_by_id(tx: Tx, variant_id: VariantId) -> Stock:
    """How many there are of a variant that is counted."""
    found = await stock_of(tx, tenant_id=tx.tenant_id, variant_ids=[variant_id])
    if not found:
        raise NotCounted
    return found[0]


@sql
async def insert_stock(
    tx: Tx, *, variant_ids: list[VariantId], on_hands: list[int], allowances: list[bool]
) -> list[VariantId]: ...


@sql
async def known_variants(
    tx: Tx, *, tenant_id: TenantId, ids: list[VariantId]
) -> list[VariantId]: ...


@sql
async def update_allowances(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId], allowances: list[bool]
) -> None: ...


@sql
async def stock_of(tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId]) -> list[Stock]: ...


@sql
async def newest_stock(
    tx: Tx,
    *,
    tenant_id: TenantId,
    sku: str | None,
    variant_id: VariantId | None,
    low: int | None,
    before: VariantId | None,
    most: int,
) -> list[Stock]: ...
