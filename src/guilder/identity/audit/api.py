"""The audit API: who did what, as a list, as an export, and whether nobody has touched it."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import Caller, Listing, Page, Response, get
from guilder.kernel import ActorKind

from .chain import AuditCheck, Chain, Flaw, read_head
from .entries import AuditFilter, newest_entries
from .entry import AuditDocument, document_of
from .exports import export_lines

Action = Annotated[str, Meta(max_length=100, examples=["api_key.created"])]
ObjectType = Annotated[str, Meta(max_length=100, examples=["api_key"])]
Instant = Annotated[datetime, Meta(tz=True)]
Position = Annotated[int, Meta(ge=0, description="Go on behind this position.")]
Head = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,18}:[0-9a-f]{64}$(?!\n)",
        description="The position of an entry and its hash.",
        examples=["42:" + "9f3c" * 16],
    ),
]

CHECK_SECONDS: Final = 300.0


class AuditCheckView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether every entry stands where it was written, as it was written."""

    is_intact: bool
    entries: Annotated[int, Meta(ge=0, description="How many follow from each other.")]
    head: Annotated[Head, Meta(description="The last of them: keep it where nobody here writes.")]
    broken_at: Annotated[int | None, Meta(description="The first position where it breaks.")]
    flaw: Flaw | None


@get("/v1/audit", "audit:read")
async def list_audit_entries(
    tx: Tx,
    page: Page,
    *,
    action: Action | None = None,
    actor_kind: ActorKind | None = None,
    actor_id: UUID | None = None,
    object_type: ObjectType | None = None,
    object_id: UUID | None = None,
    occurred_from: Instant | None = None,
    occurred_before: Instant | None = None,
) -> Listing[AuditDocument]:
    """List who did what, newest first."""
    wanted = AuditFilter(
        action=action,
        actor_kind=actor_kind,
        actor_id=actor_id,
        object_type=object_type,
        object_id=object_id,
        occurred_from=occurred_from,
        occurred_before=occurred_before,
    )
    found = await newest_entries(tx, wanted, before=page.after(int), most=page.most)
    return page.listing(
        found, at=lambda entry: entry.position, show=lambda entry: document_of(tx.tenant_id, entry)
    )


@get("/v1/audit/export", "audit:read")
async def export_audit_entries(
    tx: Tx,
    *,
    after: Position = 0,
    action: Action | None = None,
    actor_kind: ActorKind | None = None,
    actor_id: UUID | None = None,
    object_type: ObjectType | None = None,
    object_id: UUID | None = None,
    occurred_from: Instant | None = None,
    occurred_before: Instant | None = None,
) -> Response:
    """Export entries as lines of JSON, oldest first, to be kept elsewhere.

    The hash of an entry is the SHA-256 of its line without `hash`. Where there may be more,
    `next-after` among the headers is the position to go on behind.
    """
    wanted = AuditFilter(
        action=action,
        actor_kind=actor_kind,
        actor_id=actor_id,
        object_type=object_type,
        object_id=object_id,
        occurred_from=occurred_from,
        occurred_before=occurred_before,
    )
    lines = await export_lines(tx, wanted, after=after)
    headers = [(b"next-after", str(lines.more_after).encode())] if lines.more_after else []
    return Response(200, lines.text, b"application/x-ndjson", headers)


@get("/v1/audit/check", "audit:read", timeout_seconds=CHECK_SECONDS)
async def check_audit(caller: Caller, head: Head | None = None) -> AuditCheckView:
    """Check that no entry was changed, taken out, put in or cut off.

    With a `head` that was kept, also that the entries of then are the same still.
    """
    chain = Chain(caller.tenant_id, kept=read_head(head) if head else None)
    while chain.outcome is None:
        async with caller.transaction() as tx:
            await chain.go_on(tx)
    return _show(chain.outcome)


def _show(checked: AuditCheck) -> AuditCheckView:
    return AuditCheckView(
        is_intact=checked.is_intact,
        entries=checked.entries,
        head=str(checked.head),
        broken_at=checked.broken_at,
        flaw=checked.flaw,
    )


ENDPOINTS = (list_audit_entries, export_audit_entries, check_audit)
