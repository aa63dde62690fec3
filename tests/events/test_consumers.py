"""The effect of each fact on each consumer happens once, in order."""

import asyncio
from uuid import uuid4

import pytest

from guilder import events
from guilder.db import Tx
from guilder.events import Consumer, Relay, deliver, reaction
from guilder.events.consumers import MAX_FAILURES
from guilder.kernel import Fact
from tests.events.facts import Bulb, BulbPlanted, Gardener, planted
from tests.world import World


async def emit(world: World, *numbers: int) -> None:
    async with world.tx() as tx:
        for number in numbers:
            tx.emit(planted(number))
    async with world.tx() as tx:
        before = await events.last_position(tx, tenant_id=world.tenant_id) or 0
    await world.relayed(max(before, len(numbers)))


async def deliver_to(world: World, *gardeners: Gardener) -> bool:
    return await deliver(world.pool, [each.consumer for each in gardeners], world.tenant_id)


async def rested(world: World) -> None:
    """Let the pause after a failure be over."""
    async with world.tx() as tx:
        await tx.fetch(
            "update events.cursor set retry_at = now() - interval '1 second'"
            " where retry_at is not null and tenant_id = $1",
            world.tenant_id,
        )


async def test_every_consumer_hears_everything_it_wants_once(world: World) -> None:
    all_of_it, nothing = Gardener(), Gardener("bulb.sold")
    await emit(world, 1, 2)
    await world.relayed(3)

    for _ in range(3):
        await deliver_to(world, all_of_it, nothing)

    assert (all_of_it.heard, nothing.heard) == ([1, 2], [])


async def test_many_deliveries_at_once_have_one_effect(world: World) -> None:
    gardener = Gardener("bulb.planted")
    await emit(world, *range(20))
    await world.relayed(21)

    await asyncio.gather(*(deliver_to(world, gardener) for _ in range(8)))
    await deliver_to(world, gardener)

    assert gardener.heard == list(range(20))


async def test_an_effect_and_its_place_are_committed_together(world: World) -> None:
    crashes = [True]

    async def write_and_crash(tx: Tx, _: object) -> None:
        await tx.fetch(
            "insert into identity.daily_usage (day, name, used) values ('2000-01-01', 'x', 1)"
            " on conflict (tenant_id, day, name) do update set used = daily_usage.used + 1"
        )
        if crashes.pop():
            raise KeyboardInterrupt

    consumer = Consumer(f"test.{uuid4().hex}", write_and_crash, frozenset({"bulb.planted"}))
    await emit(world, 1)
    await world.relayed(2)
    try:
        await deliver(world.pool, [consumer], world.tenant_id)
    except KeyboardInterrupt:
        crashes.append(False)
    await deliver(world.pool, [consumer], world.tenant_id)

    async with world.tx() as tx:
        rows = await tx.fetch(
            "select used from identity.daily_usage where name = 'x' and tenant_id = $1",
            world.tenant_id,
        )
    assert [row["used"] for row in rows] == [1]


async def test_a_failing_fact_holds_up_its_consumer_only(world: World) -> None:
    brave, timid = Gardener("bulb.planted"), Gardener("bulb.planted")
    timid.afraid_of = {2}
    await emit(world, 1, 2, 3)
    await world.relayed(4)

    await deliver_to(world, brave, timid)
    await deliver_to(world, brave, timid)
    assert (brave.heard, timid.heard) == ([1, 2, 3], [1])

    timid.afraid_of = set()
    await rested(world)
    await deliver_to(world, brave, timid)
    assert (brave.heard, timid.heard) == ([1, 2, 3], [1, 2, 3])


async def test_a_fact_that_never_works_is_put_aside(world: World) -> None:
    gardener = Gardener("bulb.planted")
    gardener.afraid_of = {1}
    await emit(world, 1, 2)
    await world.relayed(3)

    for _ in range(MAX_FAILURES):
        await deliver_to(world, gardener)
        await rested(world)
    await deliver_to(world, gardener)

    async with world.tx() as tx:
        skipped = await tx.fetch(
            "select reason from events.skipped where consumer = $1 and tenant_id = $2",
            gardener.consumer.name,
            world.tenant_id,
        )
    assert gardener.heard == [2]
    assert ["afraid of {1}" in row["reason"] for row in skipped] == [True]


async def test_a_reaction_receives_the_fact_as_it_was_emitted(world: World) -> None:
    heard: list[BulbPlanted] = []

    async def hear(_: Tx, fact: BulbPlanted) -> None:
        heard.append(fact)

    fact = planted(9)
    async with world.tx() as tx:
        tx.emit(fact)
    await world.relayed(2)
    await deliver(world.pool, [reaction(f"test.{uuid4().hex}", BulbPlanted, hear)], world.tenant_id)

    assert heard == [fact]
    assert heard[0].data == Bulb(9)


async def test_a_new_consumer_begins_with_what_happens_from_now_on(world: World) -> None:
    await emit(world, 1)
    await world.relayed(2)
    newcomer = Gardener("bulb.planted")
    relay = Relay(world.pool, world.system.signals, [newcomer.consumer])

    await relay.introduce()
    await deliver_to(world, newcomer)
    await emit(world, 2)
    await world.relayed(3)
    await deliver_to(world, newcomer)

    assert newcomer.heard == [2]


async def test_a_consumer_hears_all_of_a_tenant_founded_after_it(world: World) -> None:
    gardener = Gardener("tenant.created", "bulb.planted")
    relay = Relay(world.pool, world.system.signals, [gardener.consumer])
    await relay.introduce()
    later = await World.found(world.system)
    await emit(later, 1)
    await later.relayed(2)

    assert later.tenant_id in await relay.catch_up()
    await deliver_to(later, gardener)

    assert gardener.heard == [1]
    assert later.tenant_id not in await relay.catch_up()


async def test_a_failure_in_words_that_cannot_be_stored_holds_up_its_consumer_only(
    world: World,
) -> None:
    async def break_down(_: Tx, __: object) -> None:
        raise RuntimeError("a NUL \0 and half a pair \ud800")

    consumer = Consumer(f"test.{uuid4().hex}", break_down, frozenset({"bulb.planted"}))
    await emit(world, 1)
    await world.relayed(2)

    await deliver(world.pool, [consumer], world.tenant_id)

    async with world.tx() as tx:
        rows = await tx.fetch(
            "select last_error from events.cursor where consumer = $1 and tenant_id = $2",
            consumer.name,
            world.tenant_id,
        )
    assert [row["last_error"] for row in rows] == ["RuntimeError: a NUL  and half a pair ?"]


def test_a_fact_has_a_dotted_name() -> None:
    with pytest.raises(TypeError, match="has no dotted name"):
        type("Linked", (Fact,), {"name": "oauth2.linked"}, frozen=True)
