"""The entry: an amount that one account gave and another received."""

from datetime import datetime
from uuid import UUID

import msgspec


class Account(msgspec.Struct, frozen=True):
    """Where something is, or who is owed it. In each unit it has a balance of its own."""

    kind: str
    owner: str = ""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """An amount on its way from one account to another, and the object that caused it."""

    source: Account
    target: Account
    unit: str
    minor: int
    reason: str
    subject_id: UUID


class Journal(msgspec.Struct, frozen=True):
    """The moves of one business event. An id is used once: what happened, happened once."""

    id: UUID
    moves: tuple[Move, ...]


class Entry(msgspec.Struct, frozen=True):
    """A move that was recorded, for ever."""

    journal_id: UUID
    line: int
    unit: str
    amount_minor: int
    source_kind: str
    source_owner: str
    target_kind: str
    target_owner: str
    reason: str
    subject_id: UUID
    reverses: UUID | None
    created_at: datetime
