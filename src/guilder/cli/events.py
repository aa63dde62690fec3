"""`events`: look at facts that a consumer could not take, hand them over again, or drop them."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from guilder import events
from guilder.db import Pool, Tx, system_transaction, transact
from guilder.events import EventId, FactNotThere, Skipped
from guilder.settings import read_settings

from .operator import operator
from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json, say_table

MOST: int = 1000
Id = Annotated[UUID, Parameter(help="The fact's id, as the list shows it.")]
ConsumerName = Annotated[
    str | None, Parameter(name="--consumer", metavar="NAME", help="Only for this consumer.")
]

app = App(name="events", help="Look at facts that were put aside, retry or drop them.")


@app.command
def skipped(
    *,
    consumer: ConsumerName = None,
    limit: Annotated[int, Parameter(metavar="NUMBER", help="How many at most.")] = 50,
    json: AsJson = False,
    data: Data = None,
) -> None:
    """List facts that a consumer could not take, the latest first."""
    found = with_pool(
        read_settings(data=data), lambda pool: _put_aside(pool, None, consumer, most=limit)
    )
    if json:
        say_json(found)
    else:
        say_table(
            ["id", "consumer", "tenant", "fact", "position", "when", "error"],
            [
                [
                    one.event_id,
                    one.consumer,
                    one.tenant_id,
                    one.type,
                    one.position,
                    f"{one.skipped_at:%Y-%m-%d %H:%M:%S}",
                    one.reason,
                ]
                for one in found
            ],
        )


@app.command
def retry(fact: Id, /, *, consumer: ConsumerName = None, data: Data = None) -> None:
    """Hand a fact again to those that could not take it."""
    from guilder.app import PACKAGES  # noqa: PLC0415 - only this command needs who listens

    consumers = [one for package in PACKAGES for one in package.consumers]

    async def work(tx: Tx, name: str) -> None:
        await events.retry(tx, EventId(fact), events.consumer_called(name, consumers))

    _for_each(EventId(fact), work, consumer=consumer, data=data)
    say("It is taken.")


@app.command
def drop(fact: Id, /, *, consumer: ConsumerName = None, data: Data = None) -> None:
    """Forget that a fact could not be taken. The log keeps it."""

    async def work(tx: Tx, name: str) -> None:
        await events.drop(tx, EventId(fact), name)

    _for_each(EventId(fact), work, consumer=consumer, data=data)
    say("It is dropped.")


def _for_each(
    event_id: EventId,
    work: Callable[[Tx, str], Awaitable[None]],
    *,
    consumer: str | None,
    data: Data,
) -> None:
    """Do it for each consumer that could not take the fact, in a transaction of its own."""

    async def run(pool: Pool) -> None:
        found = await _put_aside(pool, event_id, consumer, most=MOST)
        if not found:
            raise FactNotThere
        for one in found:
            await transact(
                pool,
                one.tenant_id,
                lambda tx, name=one.consumer: work(tx, name),  # type: ignore[misc]
                actor=operator(one.tenant_id),
            )

    with_pool(read_settings(data=data), run)


async def _put_aside(
    pool: Pool, event_id: EventId | None, consumer: str | None, *, most: int
) -> list[Skipped]:
    async with system_transaction(pool) as tx:
        return await events.inspect(tx, consumer=consumer, event_id=event_id, most=most)
