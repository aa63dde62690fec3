"""What takes longer than it may is ended, and nothing else is."""

import asyncio

import pytest

from guilder.http.wire.deadlines import Deadlines
from tests.world import DEADLINE_SECONDS


async def test_what_is_late_is_ended_and_the_task_goes_on() -> None:
    deadline = Deadlines().within(0.01)
    with pytest.raises(TimeoutError), deadline:
        await asyncio.Event().wait()

    assert deadline.has_passed
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_who_is_done_in_time_is_left_alone() -> None:
    deadlines = Deadlines()
    ended = deadlines.within(0.01)
    with ended:
        pass
    async with asyncio.timeout(DEADLINE_SECONDS):
        with pytest.raises(TimeoutError), deadlines.within(0.02):
            await asyncio.Event().wait()

    assert not ended.has_passed


@pytest.mark.parametrize(("first", "then"), [(1000.0, 0.01), (0.01, 0.05)])
async def test_a_deadline_may_be_moved(first: float, then: float) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    deadline = Deadlines().within(first)

    async def hang() -> None:
        with deadline:
            deadline.move(then)
            await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(hang(), DEADLINE_SECONDS)

    assert deadline.has_passed
    assert loop.time() - began >= then - 0.002


async def test_many_end_each_at_its_own_time() -> None:
    deadlines = Deadlines()
    ended: list[float] = []

    async def hang(seconds: float) -> None:
        with pytest.raises(TimeoutError), deadlines.within(seconds):
            await asyncio.Event().wait()
        ended.append(seconds)

    async with asyncio.timeout(DEADLINE_SECONDS):
        await asyncio.gather(*(hang(seconds) for seconds in (0.03, 0.01, 0.05, 0.01)))

    assert ended == [0.01, 0.01, 0.03, 0.05]


async def test_who_is_cancelled_is_not_called_late() -> None:
    deadlines = Deadlines()
    begun = asyncio.Event()

    async def hang() -> None:
        with deadlines.within(1000):
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(hang())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
