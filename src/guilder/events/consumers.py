"""Consumers: whoever listens to facts, and how far each has come.

A consumer's place in a tenant's log moves in the transaction of its effect, so
the effect of each fact happens once, in the order of the log. A fact that fails
holds its consumer up in that tenant only, is tried again with growing pauses,
and is put aside for a person when it has failed too often.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import timedelta
from typing import Final, NamedTuple, TypeVar, get_type_hints

import msgspec
import structlog

from guilder.db import Pool, Tx, sql, transact
from guilder.kernel import Fact, TenantId, reason_of

from .event import Event, EventId

MAX_FAILURES: Final = 10
MAX_BATCH: Final = 200
FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=5)
REASON_CHARACTERS: Final = 500

log = structlog.get_logger()
F = TypeVar("F", bound=Fact)
Run = Callable[[Tx, Sequence[Event]], Awaitable[None]]


class Consumer(NamedTuple):
    """Somebody who listens, under a name that is kept for ever. No types means every fact."""

    name: str
    run: Run
    types: frozenset[str] = frozenset()

    def wants(self, event: Event) -> bool:
        return not self.types or event.type in self.types


class Place(msgspec.Struct, frozen=True):
    """How far a consumer has come in this tenant's log."""

    consumer: str
    position: int
    failures: int


def reaction(name: str, fact: type[F], run: Callable[[Tx, F], Awaitable[None]]) -> Consumer:
    """A consumer of one kind of fact, which it receives as it was emitted."""
    data_type = get_type_hints(fact)["data"]

    async def run_each(tx: Tx, events: Sequence[Event]) -> None:
        for event in events:
            await run(tx, fact(event.object_id, msgspec.convert(event.data, data_type)))

    return Consumer(name, run_each, frozenset({fact.name}))


async def deliver(pool: Pool, consumers: Sequence[Consumer], tenant_id: TenantId) -> bool:
    """Take every consumer forward in a tenant's log; answers whether there is more to read."""
    by_name = {consumer.name: consumer for consumer in consumers}

    async def forward(tx: Tx) -> bool:
        places = await _places(tx, list(by_name))
        if not places:
            return False
        first = min(place.position for place in places)
        events = await events_after(tx, tenant_id=tenant_id, position=first, most=MAX_BATCH)
        through = [
            place.consumer
            for place in places
            if await _digest(tx, by_name[place.consumer], place, events)
        ]
        if through:
            last = events[-1].position
            await move_cursors(tx, tenant_id=tenant_id, consumers=through, position=last)
        return len(events) == MAX_BATCH

    return await transact(pool, tenant_id, forward)


async def _places(tx: Tx, consumers: list[str]) -> list[Place]:
    """How far consumers have come, which nobody else takes forward now. New ones begin here."""
    places = await lock_cursors(tx, tenant_id=tx.tenant_id, consumers=consumers)
    if len(places) < len(consumers):
        await insert_cursors(tx, tenant_id=tx.tenant_id, consumers=consumers)
        places = await lock_cursors(tx, tenant_id=tx.tenant_id, consumers=consumers)
    return places


async def _digest(tx: Tx, consumer: Consumer, place: Place, events: Iterable[Event]) -> bool:
    """Run a consumer on what is new to it: all at once, or one by one where that fails.

    Answers whether it has come through all of it.
    """
    new = [event for event in events if event.position > place.position]
    wanted = [event for event in new if consumer.wants(event)]
    if wanted and await _try(tx, consumer, wanted):
        for event in wanted:
            if failure := await _try(tx, consumer, [event]):
                await _hold_up(tx, consumer, event, failures=place.failures + 1, reason=failure)
                return False
            await _advance(tx, consumer, event.position)
            place = Place(place.consumer, event.position, 0)
    return bool(new)


async def _advance(tx: Tx, consumer: Consumer, position: int) -> None:
    await move_cursors(tx, tenant_id=tx.tenant_id, consumers=[consumer.name], position=position)


async def _try(tx: Tx, consumer: Consumer, events: Sequence[Event]) -> str | None:
    """Run the effect in a savepoint; answers why it failed, if it did."""
    try:
        async with tx.savepoint():
            await consumer.run(tx, events)
    except Exception as failure:  # noqa: BLE001 - a consumer may fail in any way
        return reason_of(failure, REASON_CHARACTERS)
    return None


async def _hold_up(tx: Tx, consumer: Consumer, event: Event, *, failures: int, reason: str) -> None:
    log.warning("fact failed", consumer=consumer.name, event_id=str(event.id), reason=reason)
    if failures >= MAX_FAILURES:
        await skip(
            tx, tenant_id=tx.tenant_id, consumer=consumer.name, event_id=event.id, reason=reason
        )
        await _advance(tx, consumer, event.position)
        return
    pause = min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE)
    await record_failure(
        tx, tenant_id=tx.tenant_id, consumer=consumer.name, pause=pause, reason=reason
    )


@sql
async def insert_cursors(tx: Tx, *, tenant_id: TenantId, consumers: list[str]) -> None: ...


@sql
async def lock_cursors(tx: Tx, *, tenant_id: TenantId, consumers: list[str]) -> list[Place]: ...


@sql
async def events_after(tx: Tx, *, tenant_id: TenantId, position: int, most: int) -> list[Event]: ...


@sql
async def move_cursors(
    tx: Tx, *, tenant_id: TenantId, consumers: list[str], position: int
) -> None: ...


@sql
async def record_failure(
    tx: Tx, *, tenant_id: TenantId, consumer: str, pause: timedelta, reason: str
) -> None: ...


@sql
async def skip(
    tx: Tx, *, tenant_id: TenantId, consumer: str, event_id: EventId, reason: str
) -> None: ...
