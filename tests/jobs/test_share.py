"""Jobs have a share of the connections, and leave the rest to requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from guilder import db
from guilder.db import Pool, Tx, system_transaction
from guilder.jobs import (
    Handler,
    InTransaction,
    InWorld,
    Job,
    JobStatus,
    Worker,
    enqueue,
    enqueue_many,
)
from tests.jobs.work import kind_of_its_own, waiting
from tests.world import World, eventually

JOBS = 10
LIMIT_SECONDS = 0.05


@pytest.fixture
async def pool(app_url: str) -> AsyncIterator[Pool]:
    """Four connections, of which two are the jobs'."""
    pool = await db.open_pool(app_url, size=4, name="guilder shares")
    yield pool
    await pool.close()


@asynccontextmanager
async def working(world: World, pool: Pool, *handlers: Handler) -> AsyncIterator[None]:
    worker = Worker(pool, world.system.signals, handlers, slots=JOBS)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.drain()
        await running


class Dwelling:
    """Jobs that stay in their transaction until they may leave."""

    def __init__(self) -> None:
        self.may_leave = asyncio.Event()
        self.inside = 0
        self.most = 0
        self.left = 0

    async def dwell(self, *_: object) -> None:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.may_leave.wait()
        self.inside -= 1
        self.left += 1

    async def dwell_in_world(self, pool: Pool, *_: object) -> None:
        async with system_transaction(pool):
            await self.dwell()


@pytest.mark.parametrize(
    "handler_of",
    [
        lambda kind, dwelling: InTransaction(kind, dwelling.dwell),
        lambda kind, dwelling: InWorld(kind, dwelling.dwell_in_world),
    ],
    ids=["in a transaction", "in the world"],
)
async def test_jobs_leave_connections_to_others(
    world: World, pool: Pool, handler_of: Callable[[type[Job], Dwelling], Handler]
) -> None:
    kind, dwelling = kind_of_its_own(), Dwelling()
    await world.do(lambda tx: enqueue_many(tx, [kind(number=n) for n in range(JOBS)]))

    async def all_want_in() -> bool:
        statuses = [job.status for job in await waiting(world, kind)]
        return statuses == [JobStatus.RUNNING] * JOBS and dwelling.inside > 1

    async def all_left() -> bool:
        return dwelling.left == JOBS and await waiting(world, kind) == []

    async with working(world, pool, handler_of(kind, dwelling)):
        await eventually(all_want_in)
        async with system_transaction(pool), system_transaction(pool) as request:
            assert await request.now()
        dwelling.may_leave.set()
        await eventually(all_left)

    assert dwelling.most == 2


async def test_jobs_that_wait_for_the_world_hold_no_connection(world: World, pool: Pool) -> None:
    """So there may be more of them under way than there are connections."""
    kind = kind_of_its_own()
    all_wait = asyncio.Barrier(JOBS)
    came_through = []

    async def ask(share: Pool, *_: object) -> None:
        async with system_transaction(share) as tx:
            await tx.now()
        await all_wait.wait()
        async with system_transaction(share) as tx:
            came_through.append(await tx.now())

    async def all_came_through() -> bool:
        return len(came_through) == JOBS

    await world.do(lambda tx: enqueue_many(tx, [kind(number=n) for n in range(JOBS)]))
    async with working(world, pool, InWorld(kind, ask)):
        await eventually(all_came_through)


async def test_the_time_of_a_job_begins_when_it_has_its_connection(
    world: World, pool: Pool
) -> None:
    slow, hasty = kind_of_its_own(), kind_of_its_own(timeout_seconds=LIMIT_SECONDS)
    dwelling, done = Dwelling(), []
    clock = asyncio.get_running_loop().time

    async def hurry(_: Tx, __: Job) -> None:
        done.append(True)

    async def share_is_taken() -> bool:
        return dwelling.inside == 2

    async def is_claimed() -> bool:
        return [job.status for job in await waiting(world, hasty)] == [JobStatus.RUNNING]

    async def is_past_its_limit() -> bool:
        return clock() > claimed_at + 2 * LIMIT_SECONDS

    async def is_not_running() -> bool:
        return not await is_claimed()

    await world.do(lambda tx: enqueue_many(tx, [slow(number=n) for n in range(2)]))
    handlers = InTransaction(slow, dwelling.dwell), InTransaction(hasty, hurry)
    async with working(world, pool, *handlers):
        await eventually(share_is_taken)
        await world.do(lambda tx: enqueue(tx, hasty()))
        await eventually(is_claimed)
        claimed_at = clock()
        await eventually(is_past_its_limit)
        dwelling.may_leave.set()
        await eventually(is_not_running)

    assert await waiting(world, hasty) == []
    assert done == [True]
