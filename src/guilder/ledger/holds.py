"""Holds: what is promised to an account, and moves only when it is taken."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .entry import Account, Journal, Move
from .journals import record


class HoldNotFound(Problem, status=404):
    """There is no such hold."""


class HoldTooSmall(Problem, status=409):
    """No more can be taken than is still on hold."""

    available_minor: int


class Hold(msgspec.Struct, frozen=True):
    """An amount that one account keeps ready for another."""

    id: UUID
    unit: str
    amount_minor: int
    taken_minor: int
    source_kind: str
    source_owner: str
    target_kind: str
    target_owner: str
    subject_id: UUID
    is_released: bool

    @property
    def available_minor(self) -> int:
        return 0 if self.is_released else self.amount_minor - self.taken_minor


async def hold(tx: Tx, promises: Sequence[tuple[UUID, Move]]) -> None:
    """Keep amounts ready, each under an id by which it is taken or released."""
    moves = [move for _, move in promises]
    await insert_holds(
        tx,
        ids=[hold_id for hold_id, _ in promises],
        units=[move.unit for move in moves],
        amounts=[move.minor for move in moves],
        source_kinds=[move.source.kind for move in moves],
        source_owners=[move.source.owner for move in moves],
        target_kinds=[move.target.kind for move in moves],
        target_owners=[move.target.owner for move in moves],
        subject_ids=[move.subject_id for move in moves],
    )


async def take(
    tx: Tx,
    hold_id: UUID,
    minor: int,
    *,
    journal_id: UUID,
    reason: str,
    and_also: Sequence[Move] = (),
) -> None:
    """Move a part of what is on hold, or all of it, and what moves in the same event."""
    held = await lock_hold(tx, tenant_id=tx.tenant_id, hold_id=hold_id)
    if held is None:
        raise HoldNotFound
    if minor > held.available_minor:
        raise HoldTooSmall(available_minor=held.available_minor)
    await add_taken(tx, tenant_id=tx.tenant_id, hold_id=hold_id, minor=minor)
    move = Move(
        source=Account(held.source_kind, held.source_owner),
        target=Account(held.target_kind, held.target_owner),
        unit=held.unit,
        minor=minor,
        reason=reason,
        subject_id=held.subject_id,
    )
    await record(tx, [Journal(journal_id, (move, *and_also))])


async def release(tx: Tx, hold_id: UUID) -> None:
    """Let go of what is left. Doing it twice changes nothing."""
    await release_hold(tx, tenant_id=tx.tenant_id, hold_id=hold_id)


@sql
async def insert_holds(
    tx: Tx,
    *,
    ids: list[UUID],
    units: list[str],
    amounts: list[int],
    source_kinds: list[str],
    source_owners: list[str],
    target_kinds: list[str],
    target_owners: list[str],
    subject_ids: list[UUID],
) -> None: ...


@sql
async def lock_hold(tx: Tx, *, tenant_id: TenantId, hold_id: UUID) -> Hold | None: ...


@sql
async def add_taken(tx: Tx, *, tenant_id: TenantId, hold_id: UUID, minor: int) -> None: ...


@sql
async def release_hold(tx: Tx, *, tenant_id: TenantId, hold_id: UUID) -> None: ...
