"""Whatever ends a transaction, the next to borrow its connection finds nothing of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import asyncpg
import pytest

from guilder import db
from guilder.db import Pool, Tx, system_transaction, tenant_transaction, transact
from tests.db import counters
from tests.world import World, eventually

SLEEP = "select pg_sleep(30)"


@pytest.fixture
async def single(app_url: str) -> AsyncIterator[Pool]:
    """A pool of one connection, so that the next to borrow gets the same."""
    pool = await db.open_pool(app_url, size=1, name="guilder leaks")
    yield pool
    await pool.close()


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(owner_url)
    yield owner
    await owner.close()


async def process_of(tx: Tx) -> int:
    ((process,),) = await tx.fetch("select pg_backend_pid()")
    return int(process)


async def assert_clean(single: Pool, world: World, other: World, owner: asyncpg.Connection) -> None:
    """The pool works, names no tenant of its own accord, and left neither rows nor locks."""
    async with system_transaction(single) as tx:
        ((named,),) = await tx.fetch("select coalesce(current_setting('guilder.tenant', true), '')")
        assert named == ""
        process = await process_of(tx)
    with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)):
        async with system_transaction(single) as tx:
            await tx.fetch("select from events.cursor where tenant_id = $1", world.tenant_id)
    async with tenant_transaction(single, other.tenant_id) as tx:
        assert await counters.value_of(tx, "gone") is None
        assert await tx.fetch("select from identity.tenant where id = $1", world.tenant_id) == []
        await counters.put(tx, "works")
    async with tenant_transaction(single, world.tenant_id) as tx:
        assert await counters.value_of(tx, "gone") is None
        await tx.fetch("set local lock_timeout = '1s'")
        await counters.put(tx, "gone")
    assert single.busy == 0
    held = "select count(*) from pg_locks where pid = $1 and locktype <> 'virtualxid'"
    assert await owner.fetchval(held, process) == 0


async def test_after_an_error_of_ours(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async def fail(tx: Tx) -> None:
        await counters.put(tx, "gone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await transact(single, world.tenant_id, fail)

    await assert_clean(single, world, other, owner)


async def test_after_an_error_of_the_database(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async def fail(tx: Tx) -> None:
        await counters.put(tx, "gone")
        await tx.fetch("select 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await transact(single, world.tenant_id, fail)

    await assert_clean(single, world, other, owner)


async def test_after_a_task_was_cancelled_within_a_statement(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    process = asyncio.get_running_loop().create_future()

    async def work() -> None:
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
            process.set_result(await process_of(tx))
            await tx.fetch(SLEEP)

    task = asyncio.create_task(work())
    await eventually_sleeping(owner, await process)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await assert_clean(single, world, other, owner)


async def test_after_a_task_was_cancelled_between_statements(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    idle = asyncio.Event()

    async def work() -> None:
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
            idle.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await idle.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await assert_clean(single, world, other, owner)


@pytest.mark.parametrize("turns", range(12))
async def test_after_a_task_was_cancelled_at_any_point(
    single: Pool, world: World, other: World, *, owner: asyncpg.Connection, turns: int
) -> None:
    """From before the connection is lent to after the last statement, one turn later each time."""

    async def work() -> None:
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    for _ in range(turns):
        await asyncio.sleep(0)
        await owner.fetchval("select 1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await assert_clean(single, world, other, owner)


@pytest.mark.parametrize("turns", range(5))
async def test_after_a_task_was_cancelled_again_while_it_was_rolled_back(
    single: Pool, world: World, other: World, *, owner: asyncpg.Connection, turns: int
) -> None:
    began = asyncio.Event()

    async def work() -> None:
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await assert_clean(single, world, other, owner)


async def test_after_a_statement_took_too_long(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async def dawdle(tx: Tx) -> None:
        await counters.put(tx, "gone")
        await tx.fetch("set local statement_timeout = '20ms'")
        await tx.fetch(SLEEP)

    with pytest.raises(db.TooSlow):
        await transact(single, world.tenant_id, dawdle)

    await assert_clean(single, world, other, owner)
    async with system_transaction(single) as tx:
        ((limit,),) = await tx.fetch("select current_setting('statement_timeout')")
    assert limit == "10s"


@pytest.mark.parametrize("within", [True, False])
async def test_after_the_connection_was_cut_off(
    single: Pool, world: World, other: World, *, owner: asyncpg.Connection, within: bool
) -> None:
    """While a statement runs, and while the transaction waits for the next."""
    process = asyncio.get_running_loop().create_future()
    is_cut = asyncio.Event()

    async def work() -> None:
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
            process.set_result(await process_of(tx))
            if not within:
                await is_cut.wait()
            await tx.fetch(SLEEP)

    task = asyncio.create_task(work())
    if within:
        await eventually_sleeping(owner, await process)
    await owner.execute("select pg_terminate_backend($1)", await process)
    is_cut.set()
    with pytest.raises(db.DatabaseUnavailable):
        await task

    await assert_clean(single, world, other, owner)


async def test_after_an_idle_connection_was_cut_off(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async with system_transaction(single) as tx:
        process = await process_of(tx)
    await owner.execute("select pg_terminate_backend($1)", process)

    async def works_again() -> bool:
        try:
            async with system_transaction(single) as tx:
                return await process_of(tx) != process
        except db.DatabaseUnavailable:
            return False

    await eventually(works_again)
    await assert_clean(single, world, other, owner)


async def test_after_a_commit_that_failed(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async def go_on_regardless(tx: Tx) -> None:
        await counters.put(tx, "gone")
        with suppress(asyncpg.DivisionByZeroError):
            await tx.fetch("select 1 / 0")

    with pytest.raises(db.CommitRefused):
        await transact(single, world.tenant_id, go_on_regardless)

    await assert_clean(single, world, other, owner)


async def test_after_what_runs_before_the_commit_failed(
    single: Pool, world: World, other: World, owner: asyncpg.Connection
) -> None:
    async def fail(_: Tx) -> None:
        raise ZeroDivisionError

    single.before_commit.append(fail)
    with pytest.raises(ZeroDivisionError):
        async with tenant_transaction(single, world.tenant_id) as tx:
            await counters.put(tx, "gone")
    single.before_commit.clear()

    await assert_clean(single, world, other, owner)


async def test_a_statement_prepared_for_one_tenant_answers_the_next_with_its_own(
    single: Pool, world: World, other: World
) -> None:
    """More often than it takes until PostgreSQL keeps a plan for all parameters."""
    for _ in range(8):
        for one in (world, other):
            async with tenant_transaction(single, one.tenant_id) as tx:
                rows = await tx.fetch("select id from identity.tenant where name <> $1", "")
                assert [row["id"] for row in rows] == [one.tenant_id]


async def test_what_is_set_for_one_transaction_is_gone_in_the_next(
    single: Pool, world: World
) -> None:
    async with tenant_transaction(single, world.tenant_id) as tx:
        process = await process_of(tx)
    async with system_transaction(single) as tx:
        assert await process_of(tx) == process
        ((named,),) = await tx.fetch("select current_setting('guilder.tenant')")
        assert named == ""


async def eventually_sleeping(owner: asyncpg.Connection, process: int) -> None:
    async def sleeps() -> bool:
        waits = "select wait_event = 'PgSleep' from pg_stat_activity where pid = $1"
        return bool(await owner.fetchval(waits, process))

    await eventually(sleeps)
