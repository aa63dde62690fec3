"""The desk: where a person looks at facts that were put aside, and retries or drops them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId, reason_of

from .consumers import REASON_CHARACTERS, Consumer
from .event import EventId
from .log import event_by_id


class FactNotThere(Problem, status=404):
    """This fact is not put aside, or not for this consumer."""


class ConsumerNotThere(Problem, status=404):
    """Nobody listens under this name any more: the fact can only be dropped."""

    consumer: str


class FactRefusedAgain(Problem, status=409):
    """The consumer could not take the fact this time either, and it stays put aside."""

    consumer: str
    reason: str


class Skipped(msgspec.Struct, frozen=True):
    """A fact that a consumer could not take, and why."""

    tenant_id: TenantId
    consumer: str
    event_id: EventId
    type: str
    position: int
    reason: str
    skipped_at: datetime


async def retry(tx: Tx, event_id: EventId, consumer: Consumer) -> None:
    """Hand a fact to its consumer again: it is taken from the desk together with its effect."""
    await lock_cursor(tx, tenant_id=tx.tenant_id, consumer=consumer.name)
    await drop(tx, event_id, consumer.name)
    event = await event_by_id(tx, event_id)
    try:
        async with tx.savepoint():
            await consumer.run(tx, [event])
    except Exception as failure:  # noqa: BLE001 - a consumer may fail in any way
        reason = reason_of(failure, REASON_CHARACTERS)
        raise FactRefusedAgain(consumer=consumer.name, reason=reason) from None


async def drop(tx: Tx, event_id: EventId, consumer: str) -> None:
    """Forget that a consumer could not take a fact. The log keeps the fact."""
    taken = await take_skipped(tx, tenant_id=tx.tenant_id, consumer=consumer, event_id=event_id)
    if taken is None:
        raise FactNotThere


def consumer_called(name: str, consumers: Iterable[Consumer]) -> Consumer:
    """Who listens under this name."""
    for consumer in consumers:
        if consumer.name == name:
            return consumer
    raise ConsumerNotThere(consumer=name)


@sql
async def put_aside(tx: Tx, *, tenant_id: TenantId) -> int: ...


@sql
async def inspect(
    tx: Tx, *, consumer: str | None, event_id: EventId | None, most: int
) -> list[Skipped]: ...


@sql
async def lock_cursor(tx: Tx, *, tenant_id: TenantId, consumer: str) -> int | None: ...


@sql
async def take_skipped(
    tx: Tx, *, tenant_id: TenantId, consumer: str, event_id: EventId
) -> EventId | None: ...
