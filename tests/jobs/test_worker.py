"""A worker does each job, tries again what fails, and tells why it gave up."""

import asyncio

from guilder.db import Pool, Tx, system_transaction
from guilder.jobs import (
    Hopeless,
    InTransaction,
    InWorld,
    Job,
    JobStatus,
    Worker,
    drop,
    enqueue,
    enqueue_many,
    retry,
)
from guilder.jobs.worker import pause_after
from tests.jobs.work import claim_some, kind_of_its_own, waiting, work_until
from tests.world import World, eventually


async def plant(tx: Tx, number: int) -> None:
    """An effect that counts itself."""
    await tx.fetch(
        "insert into identity.daily_usage (day, name, used) values ('2000-01-01', $1, 1)"
        " on conflict (tenant_id, day, name) do update set used = daily_usage.used + 1",
        f"hole {number}",
    )


async def planted(world: World) -> dict[str, int]:
    async with world.tx() as tx:
        rows = await tx.fetch(
            "select name, used from identity.daily_usage"
            " where tenant_id = $1 and name like 'hole%'",
            world.tenant_id,
        )
    return {row["name"]: row["used"] for row in rows}


def test_pauses_grow_to_an_hour_and_no_number_of_attempts_is_too_large() -> None:
    assert [pause_after(attempt) for attempt in (1, 2, 3, 12, 13, 30_000)] == [
        1.0, 2.0, 4.0, 2048.0, 3600.0, 3600.0,
    ]  # fmt: skip


async def test_jobs_in_the_world_run_and_are_let_go(world: World) -> None:
    kind = kind_of_its_own()
    seen: list[tuple[object, int]] = []

    async def dig(_: Pool, tenant_id: object, job: Job) -> None:
        seen.append((tenant_id, job.number))

    await world.do(lambda tx: enqueue_many(tx, [kind(number=n) for n in range(50)]))
    await work_until(world, InWorld(kind, dig), lambda: len(seen) == 50)

    assert sorted(seen) == [(world.tenant_id, n) for n in range(50)]
    assert await waiting(world, kind) == []


async def test_a_job_in_a_transaction_has_its_effect_once(world: World) -> None:
    kind = kind_of_its_own()
    ran = []

    async def dig(tx: Tx, job: Job) -> None:
        await plant(tx, job.number)
        ran.append(str(tx.actor))

    await world.do(lambda tx: enqueue_many(tx, [kind(number=n) for n in range(5)]))
    await work_until(world, InTransaction(kind, dig), lambda: len(ran) == 5)

    assert await planted(world) == {f"hole {n}": 1 for n in range(5)}
    assert all(actor.startswith("job:") for actor in ran)
    assert await waiting(world, kind) == []


async def test_the_effect_of_a_worker_that_lost_its_lease_is_undone(world: World) -> None:
    kind = kind_of_its_own()
    runs = 0

    async def dig_slowly(tx: Tx, job: Job) -> None:
        nonlocal runs
        runs += 1
        await plant(tx, job.number)
        if runs == 1:
            (held,) = await waiting(world, kind)
            async with system_transaction(world.pool) as thief:
                await thief.fetch("select jobs.fail($1, 1::int2, 'stolen', '0', false)", held.id)

    await world.do(lambda tx: enqueue(tx, kind()))
    await work_until(world, InTransaction(kind, dig_slowly), lambda: runs == 2)

    assert await planted(world) == {"hole 0": 1}
    assert await waiting(world, kind) == []


async def test_what_fails_is_tried_again_later(world: World) -> None:
    kind = kind_of_its_own()
    failures = iter([ValueError("dull spade"), None])
    tries = 0

    async def dig(_: Pool, __: object, ___: Job) -> None:
        nonlocal tries
        tries += 1
        if failure := next(failures):
            raise failure

    await world.do(lambda tx: enqueue(tx, kind()))
    await work_until(world, InWorld(kind, dig), lambda: tries == 1)
    (job,) = await waiting(world, kind)
    assert (job.status, job.attempt) == (JobStatus.SCHEDULED, 1)
    assert job.last_error == "ValueError: dull spade"
    async with system_transaction(world.pool) as tx:
        pause = (job.run_at - await tx.now()).total_seconds()
    assert pause < 1.5

    async with system_transaction(world.pool) as tx:
        await retry(tx, job.id)
    await work_until(world, InWorld(kind, dig), lambda: tries == 2)
    assert await waiting(world, kind) == []


async def test_what_is_hopeless_dies_at_once_and_can_be_revived_or_dropped(world: World) -> None:
    kind = kind_of_its_own()
    tries = 0

    async def dig(_: Pool, __: object, ___: Job) -> None:
        nonlocal tries
        tries += 1
        raise Hopeless("solid rock")

    async def dead() -> bool:
        jobs = await waiting(world, kind)
        return [job.status for job in jobs] == [JobStatus.DEAD]

    await world.do(lambda tx: enqueue(tx, kind()))
    await work_until(world, InWorld(kind, dig), lambda: tries == 1)
    await eventually(dead)
    (job,) = await waiting(world, kind)
    assert job.last_error == "Hopeless: solid rock"
    assert job.died_at is not None

    async with system_transaction(world.pool) as tx:
        await retry(tx, job.id)
    await work_until(world, InWorld(kind, dig), lambda: tries == 2)
    await eventually(dead)
    async with system_transaction(world.pool) as tx:
        await drop(tx, job.id)
    assert await waiting(world, kind) == []


async def test_a_job_that_takes_too_long_is_stopped(world: World) -> None:
    kind = kind_of_its_own(timeout_seconds=0.05)
    stopped = asyncio.Event()

    async def dig(_: Pool, __: object, ___: Job) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    await world.do(lambda tx: enqueue(tx, kind()))
    await work_until(world, InWorld(kind, dig), stopped.is_set)

    (job,) = await waiting(world, kind)
    assert job.last_error.startswith("TimeoutError")


async def test_draining_lets_what_is_under_way_end(world: World) -> None:
    kind = kind_of_its_own()
    began, may_end, ended = asyncio.Event(), asyncio.Event(), []

    async def dig(_: Pool, __: object, ___: Job) -> None:
        began.set()
        await may_end.wait()
        ended.append(True)

    await world.do(lambda tx: enqueue(tx, kind()))
    worker = Worker(world.pool, world.system.signals, [InWorld(kind, dig)])
    working = asyncio.create_task(worker.run())
    await began.wait()
    worker.drain()
    await world.do(lambda tx: enqueue(tx, kind()))
    may_end.set()
    await working

    left = [job.status for job in await waiting(world, kind)]
    assert (len(ended), left) in [(1, [JobStatus.READY]), (2, [])]  # a claim may be under way


async def test_a_payload_that_no_longer_fits_dies_with_its_reason(world: World) -> None:
    kind = kind_of_its_own(max_attempts=1)
    await world.do(lambda tx: enqueue(tx, kind(number="many")))

    async def dig(_: Pool, __: object, ___: Job) -> None:
        raise AssertionError

    async def dead() -> bool:
        return [job.status for job in await waiting(world, kind)] == [JobStatus.DEAD]

    handler = InWorld(kind, dig)
    worker = Worker(world.pool, world.system.signals, [handler])
    working = asyncio.create_task(worker.run())
    await eventually(dead)
    worker.drain()
    await working

    (job,) = await waiting(world, kind)
    assert "Expected `int`, got `str`" in job.last_error


async def test_a_worker_takes_only_the_kinds_that_it_knows(world: World) -> None:
    known, unknown = kind_of_its_own(), kind_of_its_own()
    seen = []

    async def dig(_: Pool, __: object, ___: Job) -> None:
        seen.append(True)

    await world.do(lambda tx: enqueue(tx, unknown()))
    await world.do(lambda tx: enqueue(tx, known()))
    await work_until(world, InWorld(known, dig), lambda: bool(seen))

    assert [job.status for job in await waiting(world, unknown)] == [JobStatus.READY]
    await claim_some(world, unknown)
