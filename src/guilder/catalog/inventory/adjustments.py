"""Adjustments: goods come, get lost, are counted, or come back from a buyer."""

from collections.abc import Mapping, Sequence

import msgspec

from guilder.catalog.variant import VariantId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .adjustment import Adjustment, AdjustmentId, InventoryAdjusted, Reason
from .shelves import hold_shelves, put_back
from .stock import MAX_UNITS, Shelf


class StockTooLow(Problem, status=409):
    """So many are not there, or are promised to buyers."""

    variant_id: VariantId
    sku: str
    on_hand: int
    reserved: int


class StockTooHigh(Problem, status=422):
    """Nobody has a trillion of anything."""

    maximum: int = MAX_UNITS


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different: so many more or fewer, or just as many as were counted."""

    variant_id: VariantId
    reason: Reason
    delta: int | None = None
    on_hand: int | None = None
    note: str | None = None
    reference: str | None = None


async def restock(tx: Tx, items: Mapping[VariantId, int], *, reference: str) -> None:
    """Take back what buyers returned; what is not counted is not counted now either."""
    await adjust(
        tx,
        [
            Change(
                variant_id=variant_id, reason=Reason.RETURNED, delta=quantity, reference=reference
            )
            for variant_id, quantity in items.items()
        ],
    )


async def adjust(tx: Tx, changes: Sequence[Change], *, is_told: bool = True) -> list[Adjustment]:
    """Change what is on hand, for all of these or for none. What is not counted is left out."""
    shelves = await hold_shelves(tx, {one.variant_id for one in changes})
    counted = [one for one in changes if one.variant_id in shelves]
    if not counted:
        return []
    entries = [_entry(shelves[one.variant_id], one) for one in counted]
    made = await insert_adjustments(
        tx,
        variant_ids=[one.variant_id for one in counted],
        deltas=[delta for delta, _, _ in entries],
        filleds=[filled for _, filled, _ in entries],
        on_hands=[on_hand for _, _, on_hand in entries],
        reasons=[one.reason for one in counted],
        notes=[one.note for one in counted],
        origins=[one.reference for one in counted],
        created_by=str(tx.actor or ""),
    )
    for one in made if is_told else ():
        tx.emit(InventoryAdjusted(one.variant_id, one))
    await put_back(tx, shelves.values(), is_told=is_told)
    return made


async def enter_first(
    tx: Tx, on_hands: Mapping[VariantId, int], *, reason: Reason, is_told: bool
) -> None:
    """Enter why there are so many of what has just begun to be counted."""
    numbers = list(on_hands.values())
    made = await insert_adjustments(
        tx,
        variant_ids=list(on_hands),
        deltas=numbers,
        filleds=[0] * len(numbers),
        on_hands=numbers,
        reasons=[reason] * len(numbers),
        notes=[None] * len(numbers),
        origins=[None] * len(numbers),
        created_by=str(tx.actor or ""),
    )
    for one in made if is_told else ():
        tx.emit(InventoryAdjusted(one.variant_id, one))


def _entry(shelf: Shelf, change: Change) -> tuple[int, int, int]:
    """Change the shelf. Answers how many more, of them to who waited, and what is there then."""
    delta = change.delta
    if delta is None:
        delta = (change.on_hand or 0) - shelf.on_hand
    filled = 0
    if delta < 0:
        _refuse_to_go_below(shelf, -delta)
        shelf.lose(-delta)
    else:
        filled = shelf.receive(delta)
    if shelf.on_hand > MAX_UNITS:
        raise StockTooHigh
    return delta, filled, shelf.on_hand


def _refuse_to_go_below(shelf: Shelf, loss: int) -> None:
    """What is promised has to stay, but where goods to come may be promised too."""
    left = shelf.on_hand - loss
    if left < 0 or (left < shelf.reserved and not shelf.allows_backorder):
        raise StockTooLow(
            variant_id=shelf.before.variant_id,
            sku=shelf.before.sku,
            on_hand=shelf.on_hand,
            reserved=shelf.reserved,
        )


@sql
async def insert_adjustments(
    tx: Tx,
    *,
    variant_ids: list[VariantId],
    deltas: list[int],
    filleds: list[int],
    on_hands: list[int],
    reasons: list[Reason],
    notes: list[str | None],
    origins: list[str | None],
    created_by: str,
) -> list[Adjustment]: ...


@sql
async def newest_adjustments(
    tx: Tx,
    *,
    tenant_id: TenantId,
    variant_id: VariantId,
    before: AdjustmentId | None,
    most: int,
) -> list[Adjustment]: ...
