"""The relay skips nothing, and keeps the order in which a tenant's transactions committed."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

import pytest

from guilder import events
from guilder.db import Tx
from guilder.events import Consumer, Event, Relay
from tests.events.facts import Gardener, bloomed, planted
from tests.world import World, eventually


async def log_of(world: World) -> list[Event]:
    async with world.tx() as tx:
        return await events.events_after(tx, tenant_id=world.tenant_id, position=0, most=1000)


async def numbers_of(world: World) -> list[int]:
    return [event.data["number"] for event in await log_of(world) if "number" in event.data]


async def test_a_fact_reaches_the_log_as_it_was_emitted(world: World) -> None:
    fact = planted(7)
    async with world.tx() as tx:
        tx.emit(fact)

    await world.relayed(2)

    event = (await log_of(world))[-1]
    assert (event.type, event.version, event.object_id) == ("bulb.planted", 1, fact.object_id)
    assert (event.data, event.actor, event.object_type) == ({"number": 7}, "operator", "bulb")


async def test_what_commits_late_is_moved_late_and_never_skipped(world: World) -> None:
    async with world.tx() as slow:
        slow.emit(planted(1))
        await events.write_facts(slow)  # its place in the outbox is taken before the others'
        slow.facts.clear()
        for number in (2, 3, 4):
            async with world.tx() as quick:
                quick.emit(planted(number))
        await world.relayed(4)
        assert await numbers_of(world) == [2, 3, 4]

    await world.relayed(5)

    assert await numbers_of(world) == [2, 3, 4, 1]
    assert [event.position for event in await log_of(world)] == [1, 2, 3, 4, 5]


async def test_facts_of_one_transaction_keep_their_order(world: World) -> None:
    async with world.tx() as tx:
        for number in range(50):
            tx.emit(planted(number))

    await world.relayed(51)

    assert await numbers_of(world) == list(range(50))


async def test_what_is_rolled_back_never_happened(world: World) -> None:
    async def fail(tx: Tx, number: int) -> None:
        tx.emit(planted(number))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.do(lambda tx: fail(tx, 1))
    async with world.tx() as tx:
        tx.emit(planted(2))
        with suppress(ZeroDivisionError):
            async with tx.savepoint():
                await fail(tx, 3)
        async with tx.savepoint():
            tx.emit(planted(4))

    await world.relayed(3)

    assert await numbers_of(world) == [2, 4]


async def test_many_relays_at_once_number_every_fact_once(world: World) -> None:
    async def emit(number: int) -> None:
        async with world.tx() as tx:
            tx.emit(planted(number))

    relays = [world.system.relay() for _ in range(4)]
    for first in range(0, 60, 12):
        await asyncio.gather(
            *(emit(number) for number in range(first, first + 12)),
            *(relay.relay_once() for relay in relays),
        )
    await world.relayed(61)

    assert sorted(await numbers_of(world)) == list(range(60))
    assert [event.position for event in await log_of(world)] == list(range(1, 62))


async def test_tenants_are_numbered_apart(world: World, other: World) -> None:
    for owner in (world, other, world):
        async with owner.tx() as tx:
            tx.emit(planted(1))

    await world.relayed(3)
    await other.relayed(2)

    assert [len(await log_of(owner)) for owner in (world, other)] == [3, 2]


async def test_a_running_relay_carries_by_itself(world: World) -> None:
    gardener = Gardener("bulb.planted")
    relay = Relay(world.pool, world.system.signals, [gardener.consumer])
    number = uuid4().int % 10**9  # it hears of every tenant's bulbs
    await relay.introduce()
    running = asyncio.create_task(relay.run())
    try:
        async with world.tx() as tx:
            tx.emit(bloomed(number + 1))
            tx.emit(planted(number))

        async def has_heard() -> bool:
            return number in gardener.heard

        await eventually(has_heard)
        assert number + 1 not in gardener.heard
    finally:
        running.cancel()


async def test_a_tenant_who_breaks_the_delivery_does_not_end_it_for_others(
    world: World, other: World
) -> None:
    """The consumer ends the transaction, after which not even its failure can be kept."""
    gardener = Gardener("bulb.planted")
    number = uuid4().int % 10**9
    broken = []

    async def sabotage(tx: Tx, _: Sequence[Event]) -> None:
        if tx.tenant_id == world.tenant_id:
            broken.append(True)
            await tx.fetch("rollback")

    saboteur = Consumer(f"test.{uuid4().hex}", sabotage, frozenset({"bulb.planted"}))
    relay = Relay(world.pool, world.system.signals, [gardener.consumer, saboteur])
    await relay.introduce()
    running = asyncio.create_task(relay.run())

    async def is_tried_again() -> bool:
        return running.done() or len(broken) > 1

    async def has_heard() -> bool:
        return running.done() or number in gardener.heard

    try:
        async with world.tx() as tx:
            tx.emit(planted(number - 1))
        await eventually(is_tried_again)
        async with other.tx() as tx:
            tx.emit(planted(number))
        await eventually(has_heard)

        assert not running.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
