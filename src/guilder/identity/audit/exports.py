"""Exports: entries as lines of JSON, each just as its hash was taken of it, and with the hash."""

from typing import Final

import msgspec

from guilder.db import Tx

from .entries import AuditFilter, oldest_entries
from .entry import document_of

MOST_LINES: Final = 1_000
MOST_BYTES: Final = 4_194_304
READ_AT_ONCE: Final = 50
"""An answer is done after so many lines, or with the reading in which it has become so long."""


class AuditLines(msgspec.Struct, frozen=True):
    """Some lines, and the position behind which there may be more."""

    text: bytes
    more_after: int | None


async def export_lines(tx: Tx, wanted: AuditFilter, *, after: int) -> AuditLines:
    """Entries behind a position, the oldest first, as many as one answer holds."""
    lines: list[bytes] = []
    size = 0
    while len(lines) < MOST_LINES and size < MOST_BYTES:
        found = await oldest_entries(tx, wanted, after=after, most=READ_AT_ONCE)
        for entry in found:
            document = document_of(tx.tenant_id, entry)
            lines.append(msgspec.json.encode(document, order="sorted") + b"\n")
            size += len(lines[-1])
            after = entry.position
        if len(found) < READ_AT_ONCE:
            return AuditLines(b"".join(lines), None)
    return AuditLines(b"".join(lines), after)
