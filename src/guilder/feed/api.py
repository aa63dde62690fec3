"""The events API."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder import events
from guilder.db import Tx
from guilder.events import Event, EventId, EventNotFound
from guilder.http import Caller, EventStream, Listing, Page, get

from .watch import watch

Type = Annotated[str, Meta(max_length=100, examples=["api_key.created"])]
LAST_EVENT: Final = b"last-event-id"


class EventObject(msgspec.Struct, frozen=True):
    """The object of a fact."""

    type: Annotated[str, Meta(examples=["api_key"])]
    id: UUID


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of the tenant's log."""

    id: EventId
    position: Annotated[int, Meta(ge=1, description="Its place in the tenant's log, without gaps.")]
    type: Type
    version: Annotated[int, Meta(ge=1)]
    object: EventObject
    data: Annotated[
        Any,
        Meta(
            description="The object as it was right after.",
            examples=[{"id": "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10", "name": "Till"}],
        ),
    ]
    actor: Annotated[str, Meta(description="Who brought it about.", examples=["operator"])]
    occurred_at: datetime


@get("/v1/events", "events:read")
async def list_events(
    tx: Tx,
    page: Page,
    type: Type | None = None,  # noqa: A002 - the parameter's name
    object: UUID | None = None,  # noqa: A002 - likewise
) -> Listing[EventView]:
    """List what happened, newest first, perhaps of one type or to one object."""
    found = await events.newest_events(
        tx,
        tenant_id=tx.tenant_id,
        type=type,
        object_id=object,
        before=page.after(int),
        most=page.most,
    )
    return page.listing(found, at=lambda event: event.position, show=show)


@get("/v1/events/stream", "events:read", problems=(EventNotFound,))
async def stream_events(caller: Caller, type: Type | None = None) -> EventStream:  # noqa: A002
    """Follow what happens, as it happens.

    Server-sent events: `id` is the event's id, `event` its type, `data` the
    event as the list shows it. Without `Last-Event-ID` the stream begins with
    what happens next; with it, right behind that event.
    """
    last = caller.request.header(LAST_EVENT)
    async with caller.transaction() as tx:
        position = await _position_after(tx, last)
    return EventStream(_chunks(caller, position, wanted=type))


@get("/v1/events/{event_id}", "events:read", problems=(EventNotFound,))
async def show_event(tx: Tx, event_id: EventId) -> EventView:
    """Look at one event."""
    return show(await events.event_by_id(tx, event_id))


async def _position_after(tx: Tx, last: str | None) -> int:
    if last is None:
        return await events.last_position(tx, tenant_id=tx.tenant_id) or 0
    try:
        event_id = EventId(UUID(last))
    except ValueError as unreadable:
        raise EventNotFound from unreadable
    if str(event_id) != last.lower():
        raise EventNotFound
    return (await events.event_by_id(tx, event_id)).position


async def _chunks(caller: Caller, position: int, *, wanted: str | None) -> AsyncIterator[bytes]:
    yield b": listening\n\n"
    async with aclosing(watch(caller, position)) as watched:
        async for event in watched:
            if wanted in {None, event.type}:
                yield b"id: %b\nevent: %b\ndata: %b\n\n" % (
                    str(event.id).encode(),
                    event.type.encode(),
                    msgspec.json.encode(show(event)),
                )


def show(event: Event) -> EventView:
    """An event as callers see it."""
    return EventView(
        id=event.id,
        position=event.position,
        type=event.type,
        version=event.version,
        object=EventObject(event.object_type, event.object_id),
        data=event.data,
        actor=event.actor,
        occurred_at=event.occurred_at,
    )


ENDPOINTS = (list_events, stream_events, show_event)
