"""The log: what happened to a tenant's objects, newest first."""

from typing import Any
from uuid import UUID

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .event import Event, EventId


class EventNotFound(Problem, status=404):
    """There is no such event."""


async def event_by_id(tx: Tx, event_id: EventId) -> Event:
    """One fact of the log."""
    found = await find_event(tx, tenant_id=tx.tenant_id, event_id=event_id)
    if found is None:
        raise EventNotFound
    return found


@sql
async def find_event(tx: Tx, *, tenant_id: TenantId, event_id: EventId) -> Event | None: ...


@sql
async def newest_events(
    tx: Tx,
    *,
    tenant_id: TenantId,
    type: str | None,  # noqa: A002 - the field's name
    object_id: UUID | None,
    before: int | None,
    most: int,
) -> list[Event]: ...


@sql
async def events_about(
    tx: Tx, *, tenant_id: TenantId, object_ids: list[UUID], before: int | None, most: int
) -> list[Event]: ...


@sql
async def redact(tx: Tx, *, tenant_id: TenantId, ids: list[EventId], data: list[Any]) -> None: ...


@sql
async def last_position(tx: Tx, *, tenant_id: TenantId) -> int | None: ...
