"""Group commit: many callers, few transactions, and each caller its own outcome."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import asyncpg
import pytest

from guilder import db
from guilder.db import Batch, Pool, Turns, Tx
from guilder.kernel import Problem
from tests.db import counters
from tests.world import World

DEADLINE_SECONDS = 2


class TooBig(Problem, status=422):
    """This is more than there is."""

    amount: int


class Till:
    """A verb that takes many at once, and keeps what it was given, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()
        self.entered = asyncio.Event()

    async def take(self, tx: Tx, items: Sequence[int]) -> list[int | Problem]:
        """Twice the amount; more than a hundred is a problem, zero spoils the whole batch."""
        self.batches.append(list(items))
        self.entered.set()
        await self.may_go_on.wait()
        for item in items:
            await counters.put(tx, f"item {item}", item)
            if item == 0:
                await tx.fetch("select 1 / 0")
        return [TooBig(amount=item) if item > 100 else 2 * item for item in items]


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
async def pool(app_url: str) -> AsyncIterator[Pool]:
    pool = await db.open_pool(app_url, size=4, name="guilder batches")
    yield pool
    await pool.close()


@pytest.fixture
def commits(pool: Pool) -> list[int]:
    """One more entry for each transaction that comes as far as its commit."""
    counted: list[int] = []

    async def count(_: Tx) -> None:
        counted.append(1)

    pool.before_commit.append(count)
    return counted


async def queue(
    till: Till, call: Callable[[int], asyncio.Task[int]], *items: int
) -> list[asyncio.Task[int]]:
    """Let one call hold the transaction, and have the others come meanwhile."""
    till.may_go_on.clear()
    first = call(1)
    await till.entered.wait()
    tasks = [first, *(call(item) for item in items)]
    await asyncio.sleep(0)
    till.may_go_on.set()
    return tasks


def caller(batch: Batch[int, int], world: World) -> Callable[[int], asyncio.Task[int]]:
    return lambda item: asyncio.create_task(batch(world.tenant_id, item))


async def kept(world: World, item: int) -> bool:
    return await world.do(lambda tx: counters.value_of(tx, f"item {item}")) is not None


async def test_a_call_alone_is_a_batch_of_one(pool: Pool, till: Till, world: World) -> None:
    assert await Batch(pool, till.take)(world.tenant_id, 5) == 10
    assert till.batches == [[5]]
    assert await kept(world, 5)


async def test_calls_that_come_meanwhile_share_one_transaction(
    pool: Pool, till: Till, world: World, commits: list[int]
) -> None:
    tasks = await queue(till, caller(Batch(pool, till.take), world), *range(2, 50))

    assert await asyncio.gather(*tasks) == [2 * item for item in range(1, 50)]
    assert till.batches == [[1], list(range(2, 50))]
    assert len(commits) == 2


async def test_nobody_waits_for_others_to_come(pool: Pool, till: Till, world: World) -> None:
    """One after the other, each is at work before anybody else could have joined it."""
    batch = Batch(pool, till.take)

    for item in range(1, 6):
        assert await batch(world.tenant_id, item) == 2 * item

    assert till.batches == [[1], [2], [3], [4], [5]]
    assert (batch._waiting, batch._running) == ({}, {})


async def test_a_batch_has_its_limit(pool: Pool, till: Till, world: World) -> None:
    tasks = await queue(till, caller(Batch(pool, till.take, max_items=3), world), *range(2, 9))

    await asyncio.gather(*tasks)

    assert till.batches == [[1], [2, 3, 4], [5, 6, 7], [8]]


async def test_a_problem_is_its_caller_s_alone(pool: Pool, till: Till, world: World) -> None:
    tasks = await queue(till, caller(Batch(pool, till.take), world), 2, 700, 3)

    one, two, big, three = await asyncio.gather(*tasks, return_exceptions=True)

    assert (one, two, three) == (2, 4, 6)
    assert isinstance(big, TooBig)
    assert big.amount == 700
    assert till.batches == [[1], [2, 700, 3]]


async def test_a_poisoned_batch_is_run_again_one_by_one(
    pool: Pool, till: Till, world: World, commits: list[int]
) -> None:
    tasks = await queue(till, caller(Batch(pool, till.take), world), 2, 0, 3)

    outcomes = await asyncio.gather(*tasks, return_exceptions=True)

    assert [outcomes[0], outcomes[1], outcomes[3]] == [2, 4, 6]
    assert isinstance(outcomes[2], asyncpg.DivisionByZeroError)
    assert till.batches == [[1], [2, 0, 3], [2], [0], [3]]
    assert len(commits) == 3
    assert [await kept(world, item) for item in (1, 2, 0, 3)] == [True, True, False, True]


async def test_the_next_batch_works_after_one_that_failed(
    pool: Pool, till: Till, world: World
) -> None:
    batch = Batch(pool, till.take)

    with pytest.raises(asyncpg.DivisionByZeroError):
        await batch(world.tenant_id, 0)

    assert await batch(world.tenant_id, 4) == 8


async def test_tenants_do_not_share(pool: Pool, till: Till, world: World, other: World) -> None:
    batch = Batch(pool, till.take)

    assert await asyncio.gather(
        batch(world.tenant_id, 1), batch(other.tenant_id, 2), batch(world.tenant_id, 3)
    ) == [2, 4, 6]

    assert sorted(till.batches) == [[1, 3], [2]]
    assert await kept(other, 2)
    assert not await kept(world, 2)


async def test_actors_do_not_share(pool: Pool, till: Till, world: World) -> None:
    batch = Batch(pool, till.take)

    await asyncio.gather(batch(world.tenant_id, 1), batch(world.tenant_id, 2, actor=world.operator))

    assert sorted(till.batches) == [[1], [2]]


async def test_batches_of_different_verbs_take_turns_and_gather_meanwhile(
    pool: Pool, till: Till, world: World, other: World
) -> None:
    turns, second = Turns(), Till()
    first = Batch(pool, till.take, turns=turns)
    then = Batch(pool, second.take, turns=turns)
    till.may_go_on.clear()

    holding = caller(first, world)(1)
    await till.entered.wait()
    waiting = [caller(then, world)(item) for item in (2, 3)]
    assert await then(other.tenant_id, 4) == 8  # the turns of another tenant are its own
    assert second.batches == [[4]]
    till.may_go_on.set()

    assert await asyncio.gather(holding, *waiting) == [2, 4, 6]
    assert second.batches == [[4], [2, 3]]


async def test_who_takes_long_holds_nobody_up(
    pool: Pool, till: Till, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guilder.db.turns.LONGEST_TURN_SECONDS", 0.01)
    turns, second = Turns(), Till()
    till.may_go_on.clear()
    holding = caller(Batch(pool, till.take, turns=turns), world)(1)
    await till.entered.wait()
    then = Batch(pool, second.take, turns=turns)

    async with asyncio.timeout(DEADLINE_SECONDS):
        assert [await then(world.tenant_id, item) for item in (2, 3)] == [4, 6]

    assert not holding.done()
    till.may_go_on.set()
    assert await holding == 2


async def test_a_caller_who_goes_away_takes_nobody_along(
    pool: Pool, till: Till, world: World
) -> None:
    till.may_go_on.clear()
    call = caller(Batch(pool, till.take), world)
    first = call(1)
    await till.entered.wait()
    leaving, staying = call(2), call(3)
    await asyncio.sleep(0)

    first.cancel()
    leaving.cancel()
    await asyncio.sleep(0)
    till.may_go_on.set()

    assert await staying == 6
    assert first.cancelled()
    assert leaving.cancelled()
    assert await kept(world, 1)


async def test_a_verb_that_forgets_an_outcome_fails_its_callers(pool: Pool, world: World) -> None:
    """And leaves nothing, since nobody can tell what was done for whom."""

    async def forget(tx: Tx, items: Sequence[int]) -> list[int | Problem]:
        for item in items:
            await counters.put(tx, f"item {item}")
        return []

    batch: Batch[int, int] = Batch(pool, forget)
    calls = [asyncio.create_task(batch(world.tenant_id, item)) for item in (1, 2)]

    done, waiting = await asyncio.wait(calls, timeout=DEADLINE_SECONDS)

    for call in waiting:
        call.cancel()
    assert waiting == set()
    assert all(isinstance(call.exception(), ValueError) for call in done)
    assert not await kept(world, 1)


async def test_what_may_have_been_committed_is_not_done_again(
    pool: Pool, world: World, owner_url: str
) -> None:
    """A connection that is lost around the commit leaves it open whether there was one."""
    owner = await asyncpg.connect(owner_url)
    batches: list[list[int]] = []

    async def take(_: Tx, items: Sequence[int]) -> list[int | Problem]:
        batches.append(list(items))
        return list(items)

    async def cut_off(tx: Tx) -> None:
        ((process,),) = await tx.fetch("select pg_backend_pid()")
        await owner.execute("select pg_terminate_backend($1, 5000)", process)

    pool.before_commit.append(cut_off)
    batch: Batch[int, int] = Batch(pool, take)
    outcomes = await asyncio.gather(
        *(batch(world.tenant_id, item) for item in (1, 2)), return_exceptions=True
    )
    await owner.close()

    assert [type(outcome) for outcome in outcomes] == [db.DatabaseUnavailable] * 2
    assert outcomes[0] is not outcomes[1]
    assert batches == [[1, 2]]


async def left_alone(batch: Batch[int, int], *calls: asyncio.Task[int]) -> None:
    """Take the task away that does the work; all of the callers hear of it."""
    (task,) = batch._running.values()
    task.cancel()
    async with asyncio.timeout(DEADLINE_SECONDS):
        outcomes = await asyncio.gather(*calls, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [db.DatabaseUnavailable] * len(calls)
    assert len({id(outcome) for outcome in outcomes}) == len(calls)
    assert (batch._waiting, batch._running) == ({}, {})


async def test_who_is_left_at_work_or_waiting_hears_of_it(
    pool: Pool, till: Till, world: World
) -> None:
    batch = Batch(pool, till.take)
    till.may_go_on.clear()
    first = caller(batch, world)(1)
    await till.entered.wait()
    waiting = [caller(batch, world)(item) for item in (2, 3)]
    await asyncio.sleep(0)

    await left_alone(batch, first, *waiting)

    assert not await kept(world, 1)
    till.may_go_on.set()
    assert await batch(world.tenant_id, 4) == 8


async def test_who_is_left_before_it_begins_hears_of_it(
    pool: Pool, till: Till, world: World
) -> None:
    batch = Batch(pool, till.take)
    call = caller(batch, world)(1)
    while not batch._running:  # noqa: ASYNC110 - the call needs a round to come
        await asyncio.sleep(0)

    await left_alone(batch, call)

    assert till.batches == []
    assert await batch(world.tenant_id, 4) == 8


async def test_who_is_left_before_their_turn_hears_of_it(
    pool: Pool, till: Till, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guilder.db.turns.LONGEST_TURN_SECONDS", 60)
    turns, second = Turns(), Till()
    then = Batch(pool, second.take, turns=turns)
    till.may_go_on.clear()
    holding = caller(Batch(pool, till.take, turns=turns), world)(1)
    await till.entered.wait()
    waiting = [caller(then, world)(item) for item in (2, 3)]
    await asyncio.sleep(0)

    await left_alone(then, *waiting)

    till.may_go_on.set()
    assert await holding == 2
    assert await then(world.tenant_id, 4) == 8


@pytest.fixture
async def crashes() -> AsyncIterator[list[str]]:
    """What nobody caught, as the loop tells it."""
    loop = asyncio.get_running_loop()
    told: list[str] = []
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: told.append(repr(context.get("exception"))))
    yield told
    loop.set_exception_handler(before)


async def test_who_waits_for_a_turn_that_fails_hears_of_it_and_so_does_the_log(
    pool: Pool, till: Till, world: World, monkeypatch: pytest.MonkeyPatch, crashes: list[str]
) -> None:
    monkeypatch.setattr("guilder.db.turns.LONGEST_TURN_SECONDS", "never")
    batch = Batch(pool, till.take, turns=Turns())
    async with asyncio.timeout(DEADLINE_SECONDS):
        with pytest.raises(db.DatabaseUnavailable):
            await batch(world.tenant_id, 1)
    await asyncio.sleep(0)

    assert till.batches == []
    assert [crash.partition("(")[0] for crash in crashes] == ["TypeError"]
