"""Watching a tenant's log grow."""

from collections.abc import AsyncGenerator
from typing import Final

from guilder import events
from guilder.db import Bell, DatabaseBusy, DatabaseUnavailable
from guilder.events import Event
from guilder.http import Caller

MOST_AT_ONCE: Final = 100
LOOK_AGAIN_SECONDS: Final = 5.0
"""A signal usually says that there is news; this is for one that was lost."""


async def watch(caller: Caller, position: int) -> AsyncGenerator[Event, None]:
    """Every event behind a position, now and whenever one comes.

    No connection is held while there is nothing to read. The caller's token is
    looked at again with every read, so the stream of a revoked key ends.
    """
    bell = Bell()
    signals = caller.pool.signals
    stop = signals.listen(events.feed_topic(caller.tenant_id), bell.ring) if signals else None
    try:
        while True:
            found = await _read(caller, position)
            for event in found:
                yield event
                position = event.position
            if len(found) < MOST_AT_ONCE:
                await bell.rest(LOOK_AGAIN_SECONDS)
    finally:
        if stop:
            stop()


async def _read(caller: Caller, position: int) -> list[Event]:
    try:
        async with caller.transaction() as tx:
            return await events.events_after(
                tx, tenant_id=tx.tenant_id, position=position, most=MOST_AT_ONCE
            )
    except (DatabaseBusy, DatabaseUnavailable):
        return []
