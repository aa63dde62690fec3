"""Journals: the only way a balance changes."""

from collections.abc import Sequence
from uuid import UUID

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .entry import Account, Entry, Journal, Move


class JournalNotFound(Problem, status=404):
    """There is no such journal."""


class AlreadyReversed(Problem, status=409):
    """This journal was reversed before, and is reversed once."""


async def record(tx: Tx, journals: Sequence[Journal]) -> None:
    """Write what moved, and the balances that follow from it."""
    await _record(tx, [(journal, None) for journal in journals])


async def reverse(tx: Tx, journal_id: UUID, *, reason: str) -> UUID:
    """Undo a journal by its mirror image: what was wrong stays readable."""
    entries = await entries_of_journal(tx, tenant_id=tx.tenant_id, journal_id=journal_id)
    if not entries:
        raise JournalNotFound
    mirrored = tuple(
        Move(
            source=Account(entry.target_kind, entry.target_owner),
            target=Account(entry.source_kind, entry.source_owner),
            unit=entry.unit,
            minor=entry.amount_minor,
            reason=reason,
            subject_id=entry.subject_id,
        )
        for entry in entries
    )
    reversal = Journal(await new_journal_id(tx), mirrored)
    if await _record(tx, [(reversal, journal_id)]) == 0:
        raise AlreadyReversed
    return reversal.id


async def _record(tx: Tx, journals: Sequence[tuple[Journal, UUID | None]]) -> int:
    lines = [
        (journal.id, number, reverses, move)
        for journal, reverses in journals
        for number, move in enumerate(journal.moves, start=1)
    ]
    if not lines:
        return 0
    moves = [move for *_, move in lines]
    return await record_entries(
        tx,
        journal_ids=[journal_id for journal_id, *_ in lines],
        lines=[number for _, number, *_ in lines],
        reverses=[reverses for _, _, reverses, _ in lines],
        units=[move.unit for move in moves],
        amounts=[move.minor for move in moves],
        source_kinds=[move.source.kind for move in moves],
        source_owners=[move.source.owner for move in moves],
        target_kinds=[move.target.kind for move in moves],
        target_owners=[move.target.owner for move in moves],
        reasons=[move.reason for move in moves],
        subject_ids=[move.subject_id for move in moves],
    )


@sql
async def record_entries(
    tx: Tx,
    *,
    journal_ids: list[UUID],
    lines: list[int],
    reverses: list[UUID | None],
    units: list[str],
    amounts: list[int],
    source_kinds: list[str],
    source_owners: list[str],
    target_kinds: list[str],
    target_owners: list[str],
    reasons: list[str],
    subject_ids: list[UUID],
) -> int: ...


@sql
async def new_journal_id(tx: Tx) -> UUID: ...


@sql
async def entries_of_journal(tx: Tx, *, tenant_id: TenantId, journal_id: UUID) -> list[Entry]: ...


@sql
async def newest_entries(
    tx: Tx,
    *,
    tenant_id: TenantId,
    unit: str | None,
    journal_id: UUID | None,
    subject_id: UUID | None,
    before_journal: UUID | None,
    before_line: int | None,
    most: int,
) -> list[Entry]: ...


@sql
async def newest_entries_of_account(
    tx: Tx,
    *,
    tenant_id: TenantId,
    kind: str,
    owner: str,
    unit: str,
    before_journal: UUID | None,
    before_line: int | None,
    most: int,
) -> list[Entry]: ...
