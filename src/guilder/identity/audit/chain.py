"""The chain: whether every entry stands where it was written, as it was written.

An entry that was changed no longer has its own hash, one that was taken out leaves a gap, and one
that was put in is not what the next holds on to. What was cut off at the end the head still tells.
Who can write over all of that can write it all anew: against them, keep the head elsewhere.
"""

import re
from collections.abc import Sequence
from enum import StrEnum, auto
from typing import Final, final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .entries import entries_after
from .entry import GENESIS, AuditEntry, AuditHead, hash_of

PAGE: Final = 200
"""So many entries are held at once."""

HEAD: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


class Flaw(StrEnum):
    """In what way a chain is broken."""

    MISSING = auto()
    CHANGED = auto()
    UNLINKED = auto()
    CUT = auto()
    BEYOND = auto()
    NOT_AS_KEPT = auto()


SENTENCES: Final = {
    Flaw.MISSING: "this entry is missing",
    Flaw.CHANGED: "this entry is not what was written",
    Flaw.UNLINKED: "this entry does not follow from the one before it",
    Flaw.CUT: "the entries from here on are missing",
    Flaw.BEYOND: "the entries from here on were added by another hand",
    Flaw.NOT_AS_KEPT: "this entry is not the one of the head that was kept",
}


class AuditCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What came of following a chain: to its end, or to where it breaks."""

    entries: int
    head: AuditHead
    broken_at: int | None = None
    flaw: Flaw | None = None

    @property
    def is_intact(self) -> bool:
        return self.flaw is None


@final
class Chain:
    """Follows a tenant's entries from the first to the last, some at a time."""

    def __init__(self, tenant_id: TenantId, kept: AuditHead | None = None) -> None:
        self.position = 0
        self.outcome: AuditCheck | None = None
        self._tenant_id = tenant_id
        self._hash = GENESIS
        self._kept = kept or AuditHead(0, GENESIS)
        self._compare()

    async def go_on(self, tx: Tx) -> None:
        """Follow some more entries, until there is an outcome.

        The head is read before the entries, so what is recorded meanwhile is followed too.
        """
        head = await find_head(tx, tenant_id=tx.tenant_id) or AuditHead(0, GENESIS)
        found = await entries_after(tx, tenant_id=tx.tenant_id, position=self.position, most=PAGE)
        self.take(found, head)

    def take(self, entries: Sequence[AuditEntry], head: AuditHead) -> None:
        """Follow the next entries. Where there are none, the head has to be the last one."""
        for entry in entries:
            if self.outcome is None:
                self._follow(entry)
        if self.outcome is None and not entries:
            self._end(head)

    def _follow(self, entry: AuditEntry) -> None:
        if entry.position != self.position + 1:
            self._break(Flaw.MISSING, self.position + 1)
        elif hash_of(self._tenant_id, entry) != entry.hash:
            self._break(Flaw.CHANGED, entry.position)
        elif entry.previous_hash != self._hash:
            self._break(Flaw.UNLINKED, entry.position)
        else:
            self.position, self._hash = entry.position, entry.hash
            self._compare()

    def _compare(self) -> None:
        if self.position == self._kept.position and self._hash != self._kept.hash:
            self._break(Flaw.NOT_AS_KEPT, self.position)

    def _end(self, head: AuditHead) -> None:
        if max(head.position, self._kept.position) > self.position:
            self._break(Flaw.CUT, self.position + 1)
        elif head.position < self.position:
            self._break(Flaw.BEYOND, head.position + 1)
        elif head.hash != self._hash:
            self._break(Flaw.CHANGED, self.position)
        else:
            self.outcome = AuditCheck(entries=self.position, head=self._reached)

    def _break(self, flaw: Flaw, position: int) -> None:
        self.outcome = AuditCheck(
            entries=self.position, head=self._reached, broken_at=position, flaw=flaw
        )

    @property
    def _reached(self) -> AuditHead:
        return AuditHead(self.position, self._hash)


def read_head(text: str) -> AuditHead | None:
    """A head as it is printed, `POSITION:HASH`; None for what is none."""
    written = HEAD.fullmatch(text)
    return AuditHead(int(written[1]), bytes.fromhex(written[2])) if written else None


@sql
async def find_head(tx: Tx, *, tenant_id: TenantId) -> AuditHead | None: ...


@sql
async def tenant_ids_after(tx: Tx, *, last: TenantId, most: int) -> list[TenantId]: ...
