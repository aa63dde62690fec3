"""Each occurrence is enqueued once, however many processes look."""

import asyncio
from datetime import timedelta
from uuid import uuid4

from guilder.db import system_transaction
from guilder.jobs import Cron, Job, Schedule, look
from guilder.jobs.schedules import plan
from tests.jobs.work import kind_of_its_own, waiting
from tests.world import World

EVERY_MINUTE = "* * * * *"


def schedule_of(kind: type[Job], cron: str = EVERY_MINUTE) -> Schedule:
    return Schedule(f"test.{uuid4().hex}", cron, kind())


async def look_once(world: World, schedule: Schedule) -> None:
    async with system_transaction(world.pool) as tx:
        await look(tx, schedule, Cron.parse(schedule.cron, schedule.zone))


async def come_due(world: World, schedule: Schedule, *, ago: timedelta) -> None:
    """Plan the schedule as it would have been planned a while ago."""
    async with system_transaction(world.pool) as tx:
        await plan(
            tx,
            name=schedule.name,
            cron=schedule.cron,
            zone=schedule.zone,
            first_at=await tx.now() - ago,
        )


async def test_nothing_is_enqueued_before_its_time(world: World) -> None:
    kind = kind_of_its_own()
    await look_once(world, schedule_of(kind, "0 0 1 1 *"))

    assert await waiting(world, kind) == []


async def test_what_is_due_is_enqueued_once(world: World) -> None:
    kind = kind_of_its_own()
    schedule = schedule_of(kind)
    await come_due(world, schedule, ago=timedelta(seconds=1))

    await asyncio.gather(*(look_once(world, schedule) for _ in range(8)))

    assert [job.tenant_id for job in await waiting(world, kind)] == [None]


async def test_after_a_long_pause_it_is_enqueued_once_and_not_for_each(world: World) -> None:
    kind = kind_of_its_own()
    schedule = schedule_of(kind)
    await come_due(world, schedule, ago=timedelta(days=3))

    for _ in range(3):
        await look_once(world, schedule)

    assert len(await waiting(world, kind)) == 1


async def test_a_changed_definition_begins_anew(world: World) -> None:
    kind = kind_of_its_own()
    old = schedule_of(kind)
    await come_due(world, old, ago=timedelta(minutes=5))
    new = Schedule(old.name, "0 0 1 1 *", kind())

    await look_once(world, new)

    assert await waiting(world, kind) == []
