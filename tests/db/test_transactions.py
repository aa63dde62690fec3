"""A transaction is of one tenant, whole, and run again when it lost against another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import ClassVar
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

import guilder.db.pool
from guilder import db, events
from guilder.db import Pool, Tx, system_transaction, tenant_transaction, transact
from guilder.kernel import Fact
from tests.db import counters
from tests.world import World, eventually

OUTBOX = """
    select type from events.outbox where tenant_id = $1
    union all
    select type from events.event where tenant_id = $1
"""


class Tally(msgspec.Struct, frozen=True):
    amount: int


class Tallied(Fact, frozen=True):
    name: ClassVar[str] = "tally.made"
    data: Tally


@pytest.fixture
async def strict(app_url: str) -> AsyncIterator[Pool]:
    """Connections that see one state of the database for as long as a transaction lasts."""
    mark = "&" if "?" in app_url else "?"
    pool = await db.open_pool(
        f"{app_url}{mark}default_transaction_isolation=repeatable%20read", size=4
    )
    yield pool
    await pool.close()


@pytest.fixture
async def single(app_url: str) -> AsyncIterator[Pool]:
    """A pool of one connection."""
    pool = await db.open_pool(app_url, size=1)
    yield pool
    await pool.close()


async def facts_of(owner_url: str, world: World) -> list[str]:
    owner = await asyncpg.connect(owner_url)
    try:
        return [row["type"] for row in await owner.fetch(OUTBOX, world.tenant_id)]
    finally:
        await owner.close()


async def test_a_transaction_is_of_the_tenant_it_names(world: World, other: World) -> None:
    await world.do(lambda tx: counters.put(tx, "mine", 7))

    async with tenant_transaction(world.pool, other.tenant_id) as tx:
        assert tx.tenant_id == other.tenant_id
        assert await tx.fetch("select from events.cursor") == []
    assert await world.do(lambda tx: counters.value_of(tx, "mine")) == 7


async def test_a_tenant_is_named_by_a_uuid_and_nothing_else(world: World) -> None:
    with pytest.raises(TypeError, match="by its UUID"):
        tenant_transaction(world.pool, f"{uuid4()}'; select '")  # type: ignore[arg-type]


async def test_the_system_has_no_tenant(world: World) -> None:
    async with system_transaction(world.pool) as tx:
        with pytest.raises(LookupError):
            _ = tx.tenant_id
        with pytest.raises(LookupError):
            tx.emit(Tallied(uuid4(), Tally(1)))

    with pytest.raises((asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError)):
        async with system_transaction(world.pool) as tx:
            await tx.fetch("select from identity.tenant")


async def test_what_raises_leaves_nothing(world: World, owner_url: str) -> None:
    before = await facts_of(owner_url, world)

    async def fail(tx: Tx) -> None:
        await counters.put(tx, "gone")
        tx.emit(Tallied(uuid4(), Tally(1)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.do(fail)

    assert await world.do(lambda tx: counters.value_of(tx, "gone")) is None
    assert await facts_of(owner_url, world) == before


async def test_a_commit_that_became_a_rollback_is_noticed(world: World) -> None:
    async def go_on_regardless(tx: Tx) -> None:
        await counters.put(tx, "gone")
        with suppress(asyncpg.DivisionByZeroError):
            await tx.fetch("select 1 / 0")

    with pytest.raises(db.CommitRefused):
        await world.do(go_on_regardless)

    assert await world.do(lambda tx: counters.value_of(tx, "gone")) is None


async def test_a_savepoint_takes_back_its_rows_and_facts(world: World, owner_url: str) -> None:
    async def fail(tx: Tx) -> None:
        async with tx.savepoint():
            await counters.put(tx, "gone")
            tx.emit(Tallied(uuid4(), Tally(2)))
            async with tx.savepoint():
                tx.emit(Tallied(uuid4(), Tally(3)))
            raise ZeroDivisionError

    async with world.tx() as tx:
        await counters.put(tx, "kept")
        tx.emit(Tallied(uuid4(), Tally(1)))
        with pytest.raises(ZeroDivisionError):
            await fail(tx)
        async with tx.savepoint():
            await counters.add(tx, "kept", 5)

    assert await world.do(lambda tx: counters.value_of(tx, "kept")) == 5
    assert await world.do(lambda tx: counters.value_of(tx, "gone")) is None
    assert (await facts_of(owner_url, world)).count("tally.made") == 1


async def test_a_statement_that_failed_in_a_savepoint_does_no_harm(world: World) -> None:
    async with world.tx() as tx:
        await counters.put(tx, "kept")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with tx.savepoint():
                await counters.put(tx, "kept")

    assert await world.do(lambda tx: counters.value_of(tx, "kept")) == 0


def meddling(
    world: World, strict: Pool, tries: list[int], *, times: int
) -> Callable[[Tx], Awaitable[None]]:
    """Work that another is quicker than, for so many times."""

    async def work(tx: Tx) -> None:
        tries.append(await counters.value_of(tx, "shared") or 0)
        if len(tries) <= times:
            async with tenant_transaction(strict, world.tenant_id) as quicker:
                await counters.add(quicker, "shared")
        await counters.add(tx, "shared", 100)

    return work


async def test_who_lost_runs_again_and_sees_what_the_other_did(world: World, strict: Pool) -> None:
    await world.do(lambda tx: counters.put(tx, "shared"))
    tries: list[int] = []

    await transact(strict, world.tenant_id, meddling(world, strict, tries, times=2))

    assert tries == [0, 1, 2]
    assert await world.do(lambda tx: counters.value_of(tx, "shared")) == 102


async def test_who_always_loses_is_told_in_the_end(world: World, strict: Pool) -> None:
    await world.do(lambda tx: counters.put(tx, "shared"))
    tries: list[int] = []

    with pytest.raises(db.TooMuchContention):
        await transact(strict, world.tenant_id, meddling(world, strict, tries, times=99))

    assert tries == [0, 1, 2, 3, 4]
    assert await world.do(lambda tx: counters.value_of(tx, "shared")) == 5


async def test_a_transaction_alone_is_not_run_again(world: World, strict: Pool) -> None:
    await world.do(lambda tx: counters.put(tx, "shared"))
    tries: list[int] = []

    with pytest.raises(db.TooMuchContention):
        async with tenant_transaction(strict, world.tenant_id) as tx:
            await meddling(world, strict, tries, times=1)(tx)

    assert tries == [0]


async def test_of_two_in_each_other_s_way_both_come_through(world: World) -> None:
    await world.do(lambda tx: counters.put(tx, "left"))
    await world.do(lambda tx: counters.put(tx, "right"))
    both_hold_one = asyncio.Barrier(2)
    tries = 0

    async def take(*names: str) -> None:
        first = True

        async def work(tx: Tx) -> None:
            nonlocal tries, first
            tries += 1
            await counters.add(tx, names[0])
            if first:
                first = False
                await both_hold_one.wait()
            await counters.add(tx, names[1])

        await transact(world.pool, world.tenant_id, work)

    await asyncio.gather(take("left", "right"), take("right", "left"))

    assert tries == 3
    assert await world.do(lambda tx: counters.value_of(tx, "left")) == 2
    assert await world.do(lambda tx: counters.value_of(tx, "right")) == 2


async def test_a_problem_of_ours_is_not_run_again(world: World) -> None:
    tries = 0

    async def work(_: Tx) -> None:
        nonlocal tries
        tries += 1
        raise db.TooMuchContention

    with pytest.raises(db.TooMuchContention):
        await transact(world.pool, world.tenant_id, work)

    assert tries == 1


async def test_a_pool_that_is_busy_says_so(
    single: Pool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guilder.db.pool, "ACQUIRE_SECONDS", 0.05)
    async with tenant_transaction(single, world.tenant_id):
        assert single.busy == single.size == 1
        with pytest.raises(db.DatabaseBusy):
            async with system_transaction(single):
                pytest.fail("there was nothing to lend")

    async with system_transaction(single) as tx:
        assert await tx.now()


async def test_a_pool_never_lends_more_than_its_size(single: Pool) -> None:
    """However borrowers and those who give back come upon each other."""
    seen: set[int] = set()

    async def borrow_often() -> None:
        for _ in range(20):
            async with system_transaction(single) as tx:
                ((process,),) = await tx.fetch("select pg_backend_pid()")
                seen.add(process)

    await asyncio.gather(*(borrow_often() for _ in range(6)))

    assert len(seen) == 1


async def test_who_stops_waiting_does_not_take_a_place_along(single: Pool, world: World) -> None:
    """The place of a connection that died is told to the next, also when the first has left."""

    async def use() -> UUID:
        async with tenant_transaction(single, world.tenant_id) as tx:
            return tx.tenant_id

    connection = await single.borrow()
    leaving, staying = asyncio.create_task(use()), asyncio.create_task(use())
    await asyncio.sleep(0)
    connection.terminate()
    single.give_back(connection)
    leaving.cancel()

    async with asyncio.timeout(2):
        assert await staying == world.tenant_id


@pytest.mark.parametrize(
    ("limit", "statement"),
    [
        ("statement_timeout", "select pg_sleep(5)"),
        ("lock_timeout", "select pg_advisory_xact_lock(774411)"),
    ],
)
async def test_what_takes_too_long_is_cut_off(
    world: World, owner_url: str, limit: str, statement: str
) -> None:
    owner = await asyncpg.connect(owner_url)
    await owner.execute("select pg_advisory_lock_shared(774411)")

    async def wait(tx: Tx) -> None:
        await tx.fetch(f"set local {limit} = '20ms'")
        await tx.fetch(statement)

    with pytest.raises(db.TooSlow):
        await world.do(wait)
    await owner.close()


async def test_every_connection_has_its_limits(world: World) -> None:
    async with world.tx() as tx:
        for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            ((shown,),) = await tx.fetch(f"select current_setting('{limit}')")
            assert shown not in {"0", ""}
        ((path,),) = await tx.fetch("select current_setting('search_path')")
        assert path == "pg_catalog"


async def test_a_server_that_is_away_is_a_problem_one_can_act_on(single: Pool) -> None:
    connection = await single.borrow()
    connection.terminate()
    single.give_back(connection)
    single._url = "postgresql://guilder_app@127.0.0.1:1/guilder"

    with pytest.raises(db.DatabaseUnavailable):
        async with system_transaction(single):
            pytest.fail("there is nobody to connect to")


async def test_signals_go_out_after_the_commit_only(world: World) -> None:
    heard: list[str] = []
    assert world.pool.signals
    topic = f"news:{world.tenant_id}"
    stop = world.pool.signals.listen(topic, lambda: heard.append(topic))

    async with world.tx() as tx:
        tx.signal(topic)
        assert heard == []
    assert heard == [topic]

    async def fail(tx: Tx) -> None:
        tx.signal(topic)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await world.do(fail)
    assert heard == [topic]
    stop()


async def test_facts_are_written_with_the_commit(world: World) -> None:
    object_id = uuid4()
    async with world.tx() as tx:
        tx.emit(Tallied(object_id, Tally(4)))

    async def is_logged() -> bool:
        await world.system.relay().relay_once()
        async with world.tx() as tx:
            found = await events.newest_events(
                tx, tenant_id=tx.tenant_id, type="tally.made", object_id=None, before=None, most=1
            )
        return [event.object_id for event in found] == [object_id]

    await eventually(is_logged)
