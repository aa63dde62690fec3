"""Jobs enter with their transaction, and are held by one worker at a time."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from guilder.db import system_transaction
from guilder.jobs import JobRecord, JobStatus, enqueue, enqueue_many, retry
from guilder.jobs.queue import advance, extend, fail, finish
from tests.jobs.work import claim_some, kind_of_its_own, waiting
from tests.world import World, eventually


async def test_a_job_enters_with_its_transaction(world: World) -> None:
    kind = kind_of_its_own()

    async def want_and_crash(tx):
        await enqueue(tx, kind())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.do(want_and_crash)
    assert await waiting(world, kind) == []

    await world.do(lambda tx: enqueue(tx, kind(number=3)))
    (job,) = await waiting(world, kind)
    assert (job.status, job.payload) == (JobStatus.READY, {"number": 3})


async def test_a_job_belongs_to_the_tenant_that_wants_it(world: World) -> None:
    kind = kind_of_its_own()
    await world.do(lambda tx: enqueue(tx, kind()))
    async with system_transaction(world.pool) as tx:
        await enqueue(tx, kind())

    assert {job.tenant_id for job in await waiting(world, kind)} == {world.tenant_id, None}


async def test_a_job_is_claimed_once_however_many_claim(world: World) -> None:
    kind = kind_of_its_own()
    await world.do(lambda tx: enqueue_many(tx, [kind(number=n) for n in range(100)]))

    claims = await asyncio.gather(*(claim_some(world, kind, 15) for _ in range(8)))

    ids = [job.id for some in claims for job in some]
    assert (len(ids), len(set(ids))) == (100, 100)


async def test_of_two_priorities_the_lower_goes_first(world: World) -> None:
    later, sooner = kind_of_its_own(priority=5), kind_of_its_own(priority=-5)
    sooner.name = later.name
    await world.do(lambda tx: enqueue_many(tx, [later(number=1), sooner(number=2)]))

    claimed = [await claim_some(world, later, 1) for _ in range(2)]

    assert ['"number": 2' in job.payload for (job,) in claimed] == [True, False]


async def test_an_equal_job_waits_once(world: World, other: World) -> None:
    kind = kind_of_its_own()

    async def want(owner: World, number: int, key: str) -> bool:
        job = await owner.do(lambda tx: enqueue(tx, kind(number=number), unique_key=key))
        return job is not None

    assert await want(world, 1, "a")
    assert not await want(world, 2, "a")
    assert await want(world, 3, "b")
    assert await want(other, 4, "a")
    asked_at_once = await asyncio.gather(*(want(world, 5, "c") for _ in range(8)))
    assert sum(asked_at_once) == 1

    await claim_some(world, kind)
    assert await want(world, 6, "a"), "one that runs may have read too early"


async def test_a_failing_job_gives_way_to_an_equal_one_that_waits(world: World) -> None:
    kind = kind_of_its_own()
    await world.do(lambda tx: enqueue(tx, kind(number=1), unique_key="a"))
    (held,) = await claim_some(world, kind)
    await world.do(lambda tx: enqueue(tx, kind(number=2), unique_key="a"))

    async with system_transaction(world.pool) as tx:
        outcome = await fail(
            tx,
            job_id=held.id,
            attempt=held.attempt,
            reason="it broke",
            pause=timedelta(seconds=1),
            hopeless=False,
        )

    assert outcome == "superseded"
    assert [job.payload["number"] for job in await waiting(world, kind)] == [2]


async def test_what_is_put_off_becomes_ready_when_it_is_due(world: World) -> None:
    kind = kind_of_its_own()
    async with world.tx() as tx:
        soon = await tx.now() + timedelta(milliseconds=200)
        late = await tx.now() + timedelta(hours=1)
        await enqueue(tx, kind(number=1), run_at=soon)
        await enqueue(tx, kind(number=2), run_at=late)
    assert await claim_some(world, kind) == []

    claimed = []

    async def one_is_due() -> bool:
        async with system_transaction(world.pool) as tx:
            await advance(tx, most=1000)
        claimed.extend(await claim_some(world, kind))
        return bool(claimed)

    await eventually(one_is_due)
    assert ['"number": 1' in job.payload for job in claimed] == [True]


async def test_each_of_many_jobs_has_its_own_time(world: World) -> None:
    kind = kind_of_its_own()
    async with world.tx() as tx:
        now = await tx.now()
        times = [now + timedelta(hours=2), None, now + timedelta(hours=1)]
        await enqueue_many(tx, [kind(number=n) for n in range(3)], run_ats=times)

    jobs = {job.payload["number"]: job for job in await waiting(world, kind)}

    assert [jobs[n].status for n in range(3)] == ["scheduled", "ready", "scheduled"]
    assert [jobs[n].run_at for n in (0, 2)] == [times[0], times[2]]


@pytest.mark.parametrize("further", [{"run_ats": [None]}, {"unique_keys": ["a", "b", "c"]}])
async def test_as_many_times_and_keys_as_jobs_or_none(
    world: World, further: dict[str, Any]
) -> None:
    kind = kind_of_its_own()

    with pytest.raises(ValueError, match="2 jobs"):
        await world.do(lambda tx: enqueue_many(tx, [kind(), kind()], **further))

    assert await waiting(world, kind) == []


async def test_a_lost_worker_loses_its_lease_and_its_say(world: World) -> None:
    kind = kind_of_its_own()
    await world.do(lambda tx: enqueue(tx, kind()))
    (lost,) = await claim_some(world, kind)
    async with system_transaction(world.pool) as tx:
        await extend(tx, ids=[lost.id], attempts=[lost.attempt], lease=timedelta(seconds=-1))

    again = []

    async def is_taken_over() -> bool:
        async with system_transaction(world.pool) as tx:
            await advance(tx, most=1000)
        again.extend(await claim_some(world, kind))
        return bool(again)

    await eventually(is_taken_over)
    assert (again[0].id, again[0].attempt) == (lost.id, 2)
    async with system_transaction(world.pool) as tx:
        assert await finish(tx, ids=[lost.id], attempts=[lost.attempt]) == 0
        await extend(tx, ids=[lost.id], attempts=[lost.attempt], lease=timedelta(seconds=-1))
        assert await finish(tx, ids=[lost.id], attempts=[again[0].attempt]) == 1
    assert await waiting(world, kind) == []


async def test_a_job_that_loses_every_worker_dies_with_a_reason(world: World) -> None:
    kind = kind_of_its_own(max_attempts=1)
    await world.do(lambda tx: enqueue(tx, kind()))
    (lost,) = await claim_some(world, kind)
    async with system_transaction(world.pool) as tx:
        await extend(tx, ids=[lost.id], attempts=[lost.attempt], lease=timedelta(seconds=-1))

    async def is_dead() -> bool:
        async with system_transaction(world.pool) as tx:
            await advance(tx, most=1000)
        (job,) = await waiting(world, kind)
        return (job.status, job.last_error) == (JobStatus.DEAD, "the worker was lost")

    await eventually(is_dead)


async def test_attempts_only_rise_and_a_revived_job_gives_way_to_an_equal_one(
    world: World,
) -> None:
    kind = kind_of_its_own(max_attempts=1)

    async def die(key: str | None) -> JobRecord:
        await world.do(lambda tx: enqueue(tx, kind(), unique_key=key))
        (held,) = await claim_some(world, kind)
        async with system_transaction(world.pool) as tx:
            await fail(
                tx,
                job_id=held.id,
                attempt=held.attempt,
                reason="it broke",
                pause=timedelta(0),
                hopeless=True,
            )
        return (await waiting(world, kind))[0]

    lone = await die(None)
    async with system_transaction(world.pool) as tx:
        await retry(tx, lone.id)
    (again,) = await claim_some(world, kind)
    assert (again.attempt, again.max_attempts) == (2, 2)

    twin = await die("a")
    await world.do(lambda tx: enqueue(tx, kind(number=7), unique_key="a"))
    async with system_transaction(world.pool) as tx:
        await retry(tx, twin.id)
    assert twin.id not in [job.id for job in await waiting(world, kind)]
