"""Rates: each process counts for itself, and soon all of them know what a tenant has called."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from guilder.app import System
from guilder.db import open_pool, system_transaction
from guilder.http import Rates, forget_calls
from guilder.http.callers import Standing
from guilder.http.problems import TooManyRequests
from guilder.kernel import Actor, ActorKind, CallLimit, TenantId
from tests.world import World, eventually

LIMIT = 10
AT = datetime(2099, 1, 2, 3, 4, 30, tzinfo=UTC)
"""In a minute of its own, which nobody forgets meanwhile."""

MINUTE = timedelta(minutes=1)

RENEW = "update http.call_count set calls = calls + 1 where tenant_id = $1"

WAITED_FOR = """
    select exists (
        select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))
    )
"""


def caller(tenant_id: TenantId | None = None, limit: int | None = LIMIT) -> Actor:
    return Actor(
        kind=ActorKind.API_KEY,
        tenant_id=tenant_id or TenantId(uuid4()),
        call_limit=None if limit is None else CallLimit(limit, "free"),
    )


def call(rates: Rates, actor: Actor, times: int = 1, *, at: datetime = AT) -> int:
    """Call so many times; answers what is left then."""
    standing: Standing | None = None
    for _ in range(times):
        standing = rates.count(actor, at)
    assert standing
    return standing.remaining


async def told(owner_url: str, *tenants: TenantId) -> list[int]:
    """What the database has of tenants, in their order."""
    owner = await asyncpg.connect(owner_url)
    try:
        rows = await owner.fetch(
            "select tenant_id, calls from http.call_count where tenant_id = any($1)", tenants
        )
    finally:
        await owner.close()
    found = {row["tenant_id"]: row["calls"] for row in rows}
    return [found[tenant_id] for tenant_id in tenants if tenant_id in found]


async def test_processes_share_one_limit_once_they_have_exchanged(system: System) -> None:
    here, there, actor = Rates(), Rates(), caller()
    assert call(here, actor, 6) == LIMIT - 6
    await here.exchange(system.pool)
    assert call(there, actor) == LIMIT - 1
    await there.exchange(system.pool)

    assert call(there, actor, 3) == 0
    with pytest.raises(TooManyRequests) as refused:
        call(there, actor)
    assert call(here, actor) == LIMIT - 7
    for rates in (there, here):
        await rates.exchange(system.pool)
    with pytest.raises(TooManyRequests):
        call(here, actor)

    assert refused.value.details == {
        "quota": "api_calls_per_minute",
        "limit": LIMIT,
        "tier": "free",
        "retry_after": 30,
    }


async def test_what_nobody_has_called_is_not_told(system: System, owner_url: str) -> None:
    rates, actor = Rates(), caller()
    call(rates, actor, 3)

    for _ in range(3):
        await rates.exchange(system.pool)

    assert await told(owner_url, actor.tenant_id) == [3]


async def test_refused_calls_use_nothing_up(system: System, owner_url: str) -> None:
    rates, actor = Rates(), caller(limit=2)
    call(rates, actor, 2)
    for _ in range(5):
        with pytest.raises(TooManyRequests):
            call(rates, actor)
    await rates.exchange(system.pool)

    assert await told(owner_url, actor.tenant_id) == [2]


async def test_another_minute_begins_with_nothing_used(system: System, owner_url: str) -> None:
    here, late, actor = Rates(), Rates(), caller()
    call(here, actor, 9)
    await here.exchange(system.pool)
    call(late, actor, 5)
    assert call(here, actor, 2, at=AT + MINUTE) == LIMIT - 2
    await here.exchange(system.pool)
    await late.exchange(system.pool)

    assert await told(owner_url, actor.tenant_id) == [2]
    assert call(here, actor, at=AT + MINUTE) == LIMIT - 3


async def test_what_began_before_the_minute_counts_into_it() -> None:
    rates, actor = Rates(), caller()
    call(rates, actor, 4)

    assert call(rates, actor, at=AT.replace(second=0) - timedelta(milliseconds=5)) == LIMIT - 5


async def test_a_clock_that_is_set_right_gives_no_minute_twice() -> None:
    """The minute goes on until it is over by the clock as it is now, and that is what is told."""
    rates, actor = Rates(), caller()
    call(rates, actor, LIMIT - 1)
    standing = rates.count(actor, AT - 2 * MINUTE)
    with pytest.raises(TooManyRequests) as refused:
        call(rates, actor, at=AT - 2 * MINUTE)

    assert standing == Standing(LIMIT, 0, 150)
    assert refused.value.retry_after == 150
    assert call(rates, actor, at=AT + MINUTE) == LIMIT - 1


async def test_a_clock_that_goes_there_and_back_breaks_no_exchange(system: System) -> None:
    rates, actor = Rates(), caller()
    call(rates, actor, 4)
    exchanging = asyncio.create_task(rates.exchange(system.pool))
    await asyncio.sleep(0)
    call(rates, actor, at=AT - 10 * MINUTE)
    call(rates, caller())
    await exchanging

    assert call(rates, actor) == LIMIT - 5


async def test_a_clock_that_was_far_ahead_locks_nobody_out() -> None:
    rates, actor = Rates(), caller()
    call(rates, actor, LIMIT)

    assert call(rates, actor, at=AT - 10 * MINUTE) == LIMIT - 1


async def test_a_database_that_does_not_answer_holds_up_no_call(
    system: System, app_url: str
) -> None:
    nowhere = await open_pool(app_url, size=1, name="guilder nowhere")
    await nowhere.close()
    rates, actor = Rates(), caller()
    call(rates, actor, 4)
    await rates.exchange(nowhere)
    assert call(rates, actor) == LIMIT - 5
    await rates.exchange(system.pool)

    assert call(rates, actor) == LIMIT - 6


async def test_who_exchange_at_once_never_wait_in_a_circle(system: System, owner_url: str) -> None:
    """Whoever waits for the first of some tenants holds none of the others."""
    here, there = Rates(), Rates()
    callers = sorted((caller() for _ in range(2)), key=lambda actor: actor.tenant_id)
    for actor in callers:
        call(there, actor, 2)
    await there.exchange(system.pool)
    for actor in reversed(callers):
        call(here, actor)
    owner = await asyncpg.connect(owner_url)

    async def is_waited_for() -> bool:
        return bool(await owner.fetchval(WAITED_FOR))

    try:
        async with owner.transaction():
            await owner.execute(RENEW, callers[0].tenant_id)
            exchanging = asyncio.create_task(here.exchange(system.pool))
            await eventually(is_waited_for)
            await owner.execute(RENEW, callers[1].tenant_id)
        await exchanging
    finally:
        await owner.close()

    assert await told(owner_url, *(actor.tenant_id for actor in callers)) == [4, 4]


async def test_a_process_exchanges_by_itself_and_once_more_at_its_end(
    system: System, owner_url: str
) -> None:
    rates, actor = Rates(), caller()
    exchanging = asyncio.create_task(rates.keep_exchanging(system.pool))
    call(rates, actor, 3)

    async def is_told() -> bool:
        return await told(owner_url, actor.tenant_id) == [3]

    await eventually(is_told)
    call(rates, actor)
    exchanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exchanging

    assert await told(owner_url, actor.tenant_id) == [4]


async def test_minutes_that_are_over_are_forgotten(system: System, owner_url: str) -> None:
    rates, before, now = Rates(), caller(), caller()
    for actor, at in ((before, AT.replace(year=2001)), (now, AT)):
        call(rates, actor, at=at)
        await rates.exchange(system.pool)
    async with system_transaction(system.pool) as tx:
        await forget_calls(tx)

    assert await told(owner_url, before.tenant_id) == []
    assert await told(owner_url, now.tenant_id) == [1]


async def test_without_a_limit_calls_are_counted_all_the_same(world: World) -> None:
    rates, actor = Rates(), caller(world.tenant_id, limit=None)
    async with world.tx() as tx:
        now = await tx.now()
        assert rates.count(actor, now) is None
        assert await rates.used(tx, tenant_id=world.tenant_id) == 1
