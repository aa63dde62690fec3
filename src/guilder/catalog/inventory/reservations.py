"""Reservations: units are kept for a holder, and then sold or let go. All of a holder's, or none.

The rows of stock are held in the order of their variants, then it is decided, then it is
written: so of two who want the last unit, the second looks when the first is done.
A variant without stock is not counted: nothing is kept of it, and it never runs out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import msgspec

from guilder.catalog.variant import VariantId
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .reservation import Reservation, ReservationId, ReservationStatus
from .shelves import hold_shelves, levels_of, put_back, tell_of
from .stock import Shelf

Shelves = Mapping[VariantId, Shelf]
Known = Mapping[tuple[UUID, VariantId], Reservation]


class OutOfStock(Problem, status=409):
    """There are not as many left."""

    variant_id: VariantId
    sku: str
    asked: int
    available: int


class Holding(msgspec.Struct, frozen=True):
    """What shall be kept for a holder, or sold to it, and until when it is kept."""

    holder_id: UUID
    expires_at: datetime
    items: Mapping[VariantId, int]


class Wanted(msgspec.Struct, frozen=True):
    """Units of one variant, for one holder, and what was kept of them before."""

    holding: Holding
    shelf: Shelf
    quantity: int
    known: Reservation | None

    @property
    def is_held(self) -> bool:
        """Whether they are kept for the holder, so that they are surely there."""
        return self.known is not None and self.known.status is ReservationStatus.HELD


class Columns(TypedDict):
    """Reservations, column by column."""

    holder_ids: list[UUID]
    variant_ids: list[VariantId]
    quantities: list[int]
    expiries: list[datetime]


class Kept(msgspec.Struct, frozen=True):
    """Units of a variant that are kept for a holder."""

    holder_id: UUID
    variant_id: VariantId
    quantity: int


async def reserve(tx: Tx, holdings: Sequence[Holding]) -> list[OutOfStock | None]:
    """Keep units for each holder: all that it asks for, or none. Asked again, nothing more."""
    shelves = await _shelves_of(tx, holdings)
    if not shelves:
        return [None] * len(holdings)
    known = await _known(tx, holdings)
    kept: list[Wanted] = []
    outcomes = []
    for holding in holdings:
        new = [one for one in _wanted(holding, shelves, known) if one.known is None]
        missing = _missing(new)
        if missing is None:
            for one in new:
                one.shelf.keep(one.quantity)
            kept += new
        outcomes.append(missing)
    if kept:
        levels = levels_of(shelves.values())
        await keep_units(tx, tenant_id=tx.tenant_id, **_columns(kept), **levels)
        tell_of(tx, shelves.values())
    return outcomes


async def sell(tx: Tx, holdings: Sequence[Holding]) -> list[OutOfStock | None]:
    """Sell what is kept; what was let go meanwhile is taken from what is left.

    Of each holder everything is sold, or nothing. What it has bought already it has.
    """
    shelves = await _shelves_of(tx, holdings)
    if not shelves:
        return [None] * len(holdings)
    known = await _known(tx, holdings)
    sold: list[Wanted] = []
    outcomes = []
    for holding in holdings:
        open_ = [one for one in _wanted(holding, shelves, known) if not _is_sold(one)]
        missing = _missing([one for one in open_ if not one.is_held])
        if missing is None:
            for one in open_:
                if one.is_held:
                    one.shelf.let_go(one.quantity)
                one.shelf.take(one.quantity)
            sold += open_
        outcomes.append(missing)
    if sold:
        levels = levels_of(shelves.values())
        await sell_units(tx, tenant_id=tx.tenant_id, **_columns(sold), **levels)
        tell_of(tx, shelves.values())
    return outcomes


async def release(tx: Tx, holder_ids: Sequence[UUID]) -> None:
    """Let go of what is kept for these holders. What is sold stays sold."""
    kept = await held_by(tx, tenant_id=tx.tenant_id, holder_ids=list(holder_ids))
    if not kept:
        return
    shelves = await hold_shelves(tx, {one.variant_id for one in kept})
    released = await release_reservations(
        tx,
        tenant_id=tx.tenant_id,
        holder_ids=[one.holder_id for one in kept],
        variant_ids=list(shelves),
    )
    for one in released:
        shelves[one.variant_id].let_go(one.quantity)
    await put_back(tx, shelves.values())


async def _shelves_of(tx: Tx, holdings: Sequence[Holding]) -> Shelves:
    return await hold_shelves(tx, {one for holding in holdings for one in holding.items})


async def _known(tx: Tx, holdings: Sequence[Holding]) -> Known:
    """What was kept for these holders before, read after the stock is held."""
    found = await reservations_of(
        tx, tenant_id=tx.tenant_id, holder_ids=[one.holder_id for one in holdings]
    )
    return {(one.holder_id, one.variant_id): one for one in found}


def _wanted(holding: Holding, shelves: Shelves, known: Known) -> list[Wanted]:
    """What of a holding is counted. What was once kept stays as many as it was."""
    wanted = []
    for variant_id, quantity in holding.items.items():
        if variant_id in shelves:
            before = known.get((holding.holder_id, variant_id))
            number = before.quantity if before else quantity
            wanted.append(Wanted(holding, shelves[variant_id], number, before))
    return wanted


def _missing(wanted: Sequence[Wanted]) -> OutOfStock | None:
    for one in wanted:
        if not one.shelf.has(one.quantity):
            return OutOfStock(
                variant_id=one.shelf.before.variant_id,
                sku=one.shelf.before.sku,
                asked=one.quantity,
                available=one.shelf.available,
            )
    return None


def _is_sold(one: Wanted) -> bool:
    return one.known is not None and one.known.status is ReservationStatus.SOLD


def _columns(wanted: Sequence[Wanted]) -> Columns:
    return {
        "holder_ids": [one.holding.holder_id for one in wanted],
        "variant_ids": [one.shelf.before.variant_id for one in wanted],
        "quantities": [one.quantity for one in wanted],
        "expiries": [one.holding.expires_at for one in wanted],
    }


@sql
async def reservations_of(
    tx: Tx, *, tenant_id: TenantId, holder_ids: list[UUID]
) -> list[Reservation]: ...


@sql
async def held_by(tx: Tx, *, tenant_id: TenantId, holder_ids: list[UUID]) -> list[Kept]: ...


@sql
async def keep_units(
    tx: Tx,
    *,
    tenant_id: TenantId,
    stock_ids: list[VariantId],
    on_hands: list[int],
    reserveds: list[int],
    backordereds: list[int],
    holder_ids: list[UUID],
    variant_ids: list[VariantId],
    quantities: list[int],
    expiries: list[datetime],
) -> None: ...


@sql
async def sell_units(
    tx: Tx,
    *,
    tenant_id: TenantId,
    stock_ids: list[VariantId],
    on_hands: list[int],
    reserveds: list[int],
    backordereds: list[int],
    holder_ids: list[UUID],
    variant_ids: list[VariantId],
    quantities: list[int],
    expiries: list[datetime],
) -> None: ...


@sql
async def release_reservations(
    tx: Tx, *, tenant_id: TenantId, holder_ids: list[UUID], variant_ids: list[VariantId]
) -> list[Kept]: ...


@sql
async def newest_reservations(
    tx: Tx,
    *,
    tenant_id: TenantId,
    variant_id: VariantId,
    status: ReservationStatus | None,
    before: ReservationId | None,
    most: int,
) -> list[Reservation]: ...
