"""A fact that was put aside is handed over again with one effect, or dropped."""

import asyncio
from uuid import uuid4

import pytest

from guilder import events
from guilder.db import Tx, system_transaction
from guilder.events import Consumer, EventId, Skipped, deliver, newest_events
from tests.events.facts import Gardener, planted
from tests.world import World


async def put_aside(world: World, gardener: Gardener) -> Skipped:
    """Have a bulb planted of which the gardener could not hear."""
    async with world.tx() as tx:
        tx.emit(planted(1))
    await world.relayed(2)
    await deliver(world.pool, [Consumer(gardener.consumer.name, _hear_nothing)], world.tenant_id)
    async with world.tx() as tx:
        (bulb,) = await newest_events(
            tx,
            tenant_id=world.tenant_id,
            type="bulb.planted",
            object_id=None,
            before=None,
            most=1,
        )
        await tx.fetch(
            "insert into events.skipped (consumer, event_id, reason) values ($1, $2, 'afraid')",
            gardener.consumer.name,
            bulb.id,
        )
    (skipped,) = await desk(world, gardener)
    return skipped


async def _hear_nothing(_: Tx, __: object) -> None:
    pass


async def desk(world: World, gardener: Gardener, event_id: EventId | None = None) -> list[Skipped]:
    async with system_transaction(world.pool) as tx:
        return await events.inspect(tx, consumer=gardener.consumer.name, event_id=event_id, most=10)


async def test_the_desk_tells_what_was_put_aside(world: World) -> None:
    gardener = Gardener("bulb.planted")

    skipped = await put_aside(world, gardener)

    assert (skipped.tenant_id, skipped.consumer) == (world.tenant_id, gardener.consumer.name)
    assert (skipped.type, skipped.position, skipped.reason) == ("bulb.planted", 2, "afraid")
    assert await desk(world, gardener, skipped.event_id) == [skipped]
    assert await desk(world, gardener, EventId(uuid4())) == []


async def test_a_fact_is_handed_over_again_once(world: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)

    await world.do(lambda tx: events.retry(tx, skipped.event_id, gardener.consumer))
    with pytest.raises(events.FactNotThere):
        await world.do(lambda tx: events.retry(tx, skipped.event_id, gardener.consumer))
    await deliver(world.pool, [gardener.consumer], world.tenant_id)

    assert gardener.heard == [1]
    assert await desk(world, gardener) == []


async def test_many_who_retry_at_once_have_one_effect(world: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)

    outcomes = await asyncio.gather(
        *(
            world.do(lambda tx: events.retry(tx, skipped.event_id, gardener.consumer))
            for _ in range(8)
        ),
        return_exceptions=True,
    )

    assert sum(outcome is None for outcome in outcomes) == 1
    assert {type(one) for one in outcomes if one is not None} == {events.FactNotThere}
    assert gardener.heard == [1]


async def test_a_consumer_is_not_at_work_twice_at_once(world: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)
    async with world.tx() as tx:
        tx.emit(planted(2))
    await world.relayed(3)

    async with world.tx() as tx:
        await events.retry(tx, skipped.event_id, gardener.consumer)
        await deliver(world.pool, [gardener.consumer], world.tenant_id)
        assert gardener.heard == [1], "the delivery did not see that the consumer is at work"
    await deliver(world.pool, [gardener.consumer], world.tenant_id)

    assert gardener.heard == [1, 2]


async def test_a_fact_that_is_refused_again_stays_where_it_was(world: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)
    gardener.afraid_of = {1}

    with pytest.raises(events.FactRefusedAgain) as refused:
        await world.do(lambda tx: events.retry(tx, skipped.event_id, gardener.consumer))

    assert refused.value.reason == "RuntimeError: afraid of {1}"
    assert await desk(world, gardener) == [skipped]


async def test_a_fact_is_dropped_and_stays_in_the_log(world: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)

    await world.do(lambda tx: events.drop(tx, skipped.event_id, gardener.consumer.name))
    with pytest.raises(events.FactNotThere):
        await world.do(lambda tx: events.drop(tx, skipped.event_id, gardener.consumer.name))

    assert await desk(world, gardener) == []
    assert (await world.do(lambda tx: events.event_by_id(tx, skipped.event_id))).position == 2


async def test_nobody_reaches_what_another_tenant_has_put_aside(world: World, other: World) -> None:
    gardener = Gardener("bulb.planted")
    skipped = await put_aside(world, gardener)

    with pytest.raises(events.FactNotThere):
        await other.do(lambda tx: events.retry(tx, skipped.event_id, gardener.consumer))

    assert gardener.heard == []


def test_who_listens_no_more_is_told() -> None:
    gardener = Gardener()

    assert events.consumer_called(gardener.consumer.name, [gardener.consumer]) == gardener.consumer
    with pytest.raises(events.ConsumerNotThere):
        events.consumer_called("test.gone", [gardener.consumer])
