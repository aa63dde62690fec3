"""Entries: read a page at a time, the newest first or the oldest, perhaps some of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import ActorKind, TenantId

from .entry import AuditEntry


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are wanted: all that fit every part that is given."""

    action: str | None = None
    actor_kind: ActorKind | None = None
    actor_id: UUID | None = None
    object_type: str | None = None
    object_id: UUID | None = None
    occurred_from: datetime | None = None
    occurred_before: datetime | None = None


async def newest_entries(
    tx: Tx, wanted: AuditFilter, *, before: int | None, most: int
) -> list[AuditEntry]:
    """The entries that are wanted, from a position backwards."""
    fields = await _with_positions(tx, wanted)
    if fields is None:
        return []
    ends = [one for one in (fields.pop("ends"), before) if one is not None]
    return await filtered_backwards(
        tx, tenant_id=tx.tenant_id, ends=min(ends, default=None), most=most, **fields
    )


async def oldest_entries(tx: Tx, wanted: AuditFilter, *, after: int, most: int) -> list[AuditEntry]:
    """The entries that are wanted, from a position on."""
    fields = await _with_positions(tx, wanted)
    if fields is None:
        return []
    begins = max(fields.pop("begins") or 1, after + 1)
    return await filtered_forwards(tx, tenant_id=tx.tenant_id, begins=begins, most=most, **fields)


async def _with_positions(tx: Tx, wanted: AuditFilter) -> dict[str, Any] | None:
    """The filter with positions for its times, which rise together; None where nothing fits."""
    fields = msgspec.structs.asdict(wanted)
    since, until = fields.pop("occurred_from"), fields.pop("occurred_before")
    begins = since and await position_at(tx, tenant_id=tx.tenant_id, at=since)
    if since and begins is None:
        return None
    ends = until and await position_at(tx, tenant_id=tx.tenant_id, at=until)
    return {**fields, "begins": begins, "ends": ends}


@sql
async def position_at(tx: Tx, *, tenant_id: TenantId, at: datetime) -> int | None: ...


@sql
async def filtered_backwards(
    tx: Tx,
    *,
    tenant_id: TenantId,
    action: str | None,
    actor_kind: ActorKind | None,
    actor_id: UUID | None,
    object_type: str | None,
    object_id: UUID | None,
    begins: int | None,
    ends: int | None,
    most: int,
) -> list[AuditEntry]: ...


@sql
async def filtered_forwards(
    tx: Tx,
    *,
    tenant_id: TenantId,
    action: str | None,
    actor_kind: ActorKind | None,
    actor_id: UUID | None,
    object_type: str | None,
    object_id: UUID | None,
    begins: int,
    ends: int | None,
    most: int,
) -> list[AuditEntry]: ...


@sql
async def entries_after(
    tx: Tx, *, tenant_id: TenantId, position: int, most: int
) -> list[AuditEntry]: ...
