"""Shelves: rows of stock are held, changed, and written back, several at a time."""

from collections.abc import Iterable
from typing import TypedDict

from guilder.catalog.variant import VariantId
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .stock import Shelf, Stock


class Levels(TypedDict):
    """What shelves hold, column by column."""

    stock_ids: list[VariantId]
    on_hands: list[int]
    reserveds: list[int]
    backordereds: list[int]


async def hold_shelves(tx: Tx, variant_ids: Iterable[VariantId]) -> dict[VariantId, Shelf]:
    """Hold the stock of those of these variants that are counted, to the end."""
    found = await lock_stock(tx, tenant_id=tx.tenant_id, variant_ids=list(variant_ids))
    return {one.variant_id: Shelf(one) for one in found}


async def put_back(tx: Tx, shelves: Iterable[Shelf], *, is_told: bool = True) -> None:
    """Write what has changed, and tell where the last one went or some came back."""
    changed = [one for one in shelves if one.is_changed]
    if not changed:
        return
    await update_stock(tx, tenant_id=tx.tenant_id, **levels_of(changed))
    if is_told:
        tell_of(tx, changed)


def levels_of(shelves: Iterable[Shelf]) -> Levels:
    """What shelves hold now, as statements that write it take it."""
    every = list(shelves)
    return {
        "stock_ids": [one.before.variant_id for one in every],
        "on_hands": [one.on_hand for one in every],
        "reserveds": [one.reserved for one in every],
        "backordereds": [one.backordered for one in every],
    }


def tell_of(tx: Tx, shelves: Iterable[Shelf]) -> None:
    """Tell where the last one went, or some came back."""
    for one in shelves:
        one.tell(tx)


@sql
async def lock_stock(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId]
) -> list[Stock]: ...


@sql
async def update_stock(
    tx: Tx,
    *,
    tenant_id: TenantId,
    stock_ids: list[VariantId],
    on_hands: list[int],
    reserveds: list[int],
    backordereds: list[int],
) -> None: ...
