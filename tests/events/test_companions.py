"""A companion acts in the transaction that tells the fact, and takes nothing down with it."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from guilder.db import Tx
from guilder.events import Companion, accompany, companion, deliver, write_facts
from guilder.kernel import Fact, Tool
from tests.events.facts import BulbBloomed, BulbPlanted, bloomed, planted
from tests.world import World

NOTE = """
    insert into identity.daily_usage (day, name, used) values ('2000-01-01', $1, 1)
    on conflict (tenant_id, day, name) do update set used = daily_usage.used + 1
"""


def on_planted(
    run: Callable[..., Any], *, wants: Callable[[Tx, BulbPlanted], bool] = lambda *_: True
) -> Companion:
    return companion(f"test.{uuid4().hex}", BulbPlanted, run, wants=wants)


async def note(tx: Tx, facts: Sequence[BulbPlanted]) -> None:
    """Write down each bulb, by its number."""
    for fact in facts:
        await tx.fetch(NOTE, str(fact.data.number))


async def tell(world: World, companions: Sequence[Companion], *facts: Fact) -> None:
    """Tell facts, and go through what happens before the commit."""
    async with world.tx() as tx:
        for fact in facts:
            tx.emit(fact)
        await accompany(companions)(tx)


async def noted(world: World) -> dict[str, int]:
    async with world.tx() as tx:
        rows = await tx.fetch(
            "select name, used from identity.daily_usage"
            " where day = '2000-01-01' and tenant_id = $1 order by name",
            world.tenant_id,
        )
    return {row["name"]: row["used"] for row in rows}


async def told(world: World) -> list[str]:
    """What stands in the outbox or in the log of this tenant, beside its founding."""
    while await world.system.relay().relay_once():
        pass
    async with world.tx() as tx:
        rows = await tx.fetch(
            "select type, data from events.event"
            " where tenant_id = $1 and type like 'bulb.%' order by position",
            world.tenant_id,
        )
    return [f"{row['type']} {row['data']['number']}" for row in rows]


async def test_it_acts_in_the_transaction_on_all_facts_that_it_wants_at_once(world: World) -> None:
    heard: list[list[int]] = []

    async def hear(tx: Tx, facts: Sequence[BulbPlanted]) -> None:
        heard.append([fact.data.number for fact in facts])
        await note(tx, facts)

    odd = on_planted(hear, wants=lambda _, fact: fact.data.number % 2 == 1)

    await tell(world, [odd], planted(1), bloomed(5), planted(2), planted(3))

    assert heard == [[1, 3]]
    assert await noted(world) == {"1": 1, "3": 1}


async def test_its_effect_goes_with_the_transaction(world: World) -> None:
    async def crash(_: Tx, __: Sequence[BulbBloomed]) -> None:
        raise KeyboardInterrupt

    crashing = companion(f"test.{uuid4().hex}", BulbBloomed, crash, wants=lambda *_: True)

    with pytest.raises(KeyboardInterrupt):
        await tell(world, [on_planted(note), crashing], planted(1), bloomed(2))

    assert await noted(world) == {}
    assert await told(world) == []


async def test_its_facts_are_told_and_reach_another(world: World) -> None:
    async def bloom(tx: Tx, facts: Sequence[BulbPlanted]) -> None:
        for fact in facts:
            tx.emit(bloomed(fact.data.number + 10))

    async def write(tx: Tx, facts: Sequence[BulbBloomed]) -> None:
        for fact in facts:
            await tx.fetch(NOTE, f"bloomed {fact.data.number}")

    last = companion(f"test.{uuid4().hex}", BulbBloomed, write, wants=lambda *_: True)

    await tell(world, [last, on_planted(bloom)], planted(1))

    assert await noted(world) == {"bloomed 11": 1}
    assert await told(world) == ["bulb.planted 1", "bulb.bloomed 11"]


async def test_one_that_fails_takes_nothing_down_but_its_own(world: World) -> None:
    async def fail(tx: Tx, facts: Sequence[BulbPlanted]) -> None:
        await note(tx, facts)
        tx.emit(bloomed(99))
        await tx.fetch("select 1 / 0")

    failing = on_planted(fail)

    with capture_logs() as logs:
        await tell(world, [failing, on_planted(note)], planted(1))

    (line,) = logs
    assert (line["companion"], line["log_level"]) == (failing.name, "warning")
    assert line["reason"].startswith("DivisionByZeroError")
    assert await noted(world) == {"1": 1}
    assert await told(world) == ["bulb.planted 1"]


async def test_what_it_could_not_do_the_relay_has_it_do_later(world: World) -> None:
    trouble = [RuntimeError("not now")]

    async def fail_once(tx: Tx, facts: Sequence[BulbPlanted]) -> None:
        if trouble:
            raise trouble.pop()
        await note(tx, facts)

    timid = on_planted(fail_once, wants=lambda _, fact: fact.data.number != 2)
    with capture_logs():
        await tell(world, [timid], planted(1), planted(2), planted(3))
    assert await noted(world) == {}

    assert len(await told(world)) == 3
    await deliver(world.pool, [timid.as_consumer()], world.tenant_id)

    assert await noted(world) == {"1": 1, "3": 1}


async def test_the_relay_brings_it_the_fact_as_it_was_emitted(world: World) -> None:
    heard: list[BulbPlanted] = []

    async def hear(_: Tx, facts: Sequence[BulbPlanted]) -> None:
        heard.extend(facts)

    listening, fact = on_planted(hear), planted(7)

    await tell(world, [listening], fact)
    await told(world)
    await deliver(world.pool, [listening.as_consumer()], world.tenant_id)

    assert heard == [fact, fact]


async def test_who_is_cancelled_is_not_taken_for_one_that_fails(world: World) -> None:
    async def stop(_: Tx, __: Sequence[BulbPlanted]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await tell(world, [on_planted(stop)], planted(1))

    assert await told(world) == []


async def test_it_is_handed_the_tools_that_it_names(world: World) -> None:
    class Spade(Tool):
        """Digs."""

    spades: list[Any] = []

    async def dig(_: Tx, __: Sequence[BulbPlanted], spade: Spade) -> None:
        spades.append(spade)

    dig.__annotations__["spade"] = Spade
    spade = Spade()
    digging = on_planted(dig).with_tools({Spade: spade})

    await tell(world, [digging], planted(1))

    assert spades == [spade]


async def test_every_companion_acts_before_the_facts_are_written(world: World) -> None:
    hooks = world.system.pool.before_commit

    assert hooks.index(write_facts) == len(hooks) - 1
    assert len(hooks) >= 2
