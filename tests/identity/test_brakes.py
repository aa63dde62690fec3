"""Whoever guesses waits, longer with each guess, and is forgotten after a while."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from guilder.app import System
from guilder.db import system_transaction
from guilder.identity.brakes import (
    PACES,
    Brake,
    ForgetBrakes,
    TooManyAttempts,
    attempt,
    forget,
    release,
    require_pace,
    take_back,
)

TIMES = (
    "update identity.brake set open_at = open_at - $1::interval, last_at = last_at - $1::interval"
)


async def pass_by(database: asyncpg.Connection, name: str, time: timedelta) -> None:
    """Let time go by for one account, and for no other test's."""
    changed = await database.execute(
        f"{TIMES} where key_hash = sha256(convert_to($2, 'utf8'))", time, name
    )
    assert changed == "UPDATE 1"


async def test_the_first_guesses_are_free_and_then_pauses_double(
    system: System, database: asyncpg.Connection
) -> None:
    name = uuid4().hex
    free = [await attempt(system.pool, Brake.ACCOUNT, name) for _ in range(6)]
    pauses = []
    for _ in range(12):
        braked = await attempt(system.pool, Brake.ACCOUNT, name)
        assert braked.is_too_soon
        pauses.append(round(braked.pause.total_seconds()))
        await pass_by(database, name, braked.pause)
        assert not (await attempt(system.pool, Brake.ACCOUNT, name)).is_too_soon

    assert not any(one.is_too_soon for one in free)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


async def test_what_comes_too_soon_does_not_make_it_longer(system: System) -> None:
    """Otherwise whoever keeps trying would keep the owner out."""
    name = uuid4().hex
    for _ in range(6):
        await attempt(system.pool, Brake.ACCOUNT, name)

    counted = [await attempt(system.pool, Brake.ACCOUNT, name) for _ in range(10)]

    assert {one.attempts for one in counted if one.is_too_soon} == {6}
    assert max(one.pause for one in counted) <= timedelta(seconds=1)


async def test_an_hour_of_silence_forgets_them(
    system: System, database: asyncpg.Connection
) -> None:
    name = uuid4().hex
    for _ in range(20):
        await attempt(system.pool, Brake.ACCOUNT, name)
    await pass_by(database, name, timedelta(minutes=61))

    assert await attempt(system.pool, Brake.ACCOUNT, name) == await attempt(
        system.pool, Brake.ACCOUNT, uuid4().hex
    )


async def test_of_many_at_once_no_more_are_looked_at_than_one_after_the_other(
    system: System,
) -> None:
    name = uuid4().hex

    counted = await asyncio.gather(*(attempt(system.pool, Brake.ACCOUNT, name) for _ in range(16)))

    looked_at = sorted(one.attempts for one in counted if not one.is_too_soon)
    assert looked_at == [1, 2, 3, 4, 5, 6]


async def test_whoever_has_shown_who_they_are_begins_anew(system: System) -> None:
    name = uuid4().hex
    for _ in range(7):
        await attempt(system.pool, Brake.ACCOUNT, name)

    await release(system.pool, Brake.ACCOUNT, name)

    assert (await attempt(system.pool, Brake.ACCOUNT, name)).attempts == 1


async def test_what_was_no_guess_is_taken_back_and_the_guesses_stay(system: System) -> None:
    name = uuid4().hex
    for _ in range(3):
        await attempt(system.pool, Brake.ADDRESS, name)
    await take_back(system.pool, Brake.ADDRESS, name)
    await take_back(system.pool, Brake.ADDRESS, uuid4().hex)

    assert (await attempt(system.pool, Brake.ADDRESS, name)).attempts == 3


@pytest.mark.parametrize("brake", list(Brake))
async def test_each_thing_is_counted_for_itself(system: System, brake: Brake) -> None:
    name = uuid4().hex
    for _ in range(PACES[brake].free + 1):
        await require_pace(system.pool, brake, name)

    with pytest.raises(TooManyAttempts) as refused:
        await require_pace(system.pool, brake, name)
    assert refused.value.retry_after == 1
    for another in set(Brake) - {brake}:
        await require_pace(system.pool, another, name)


async def test_after_a_day_nothing_is_kept(system: System, database: asyncpg.Connection) -> None:
    names = [uuid4().hex for _ in range(2)]
    for name in names:
        await attempt(system.pool, Brake.ACCOUNT, name)
    await pass_by(database, names[0], timedelta(hours=25))

    async with system_transaction(system.pool) as tx:
        await forget(tx, ForgetBrakes())

    kept = [
        await database.fetchval(
            "select count(*) from identity.brake where key_hash = sha256(convert_to($1, 'utf8'))",
            name,
        )
        for name in names
    ]
    assert kept == [0, 1]


@pytest.mark.parametrize(
    ("brake", "whose"),
    [(Brake.ADDRESS, ""), (Brake.SIGN_UP, ""), (Brake.CODE_PLACE, "a tenant ")],
)
@pytest.mark.parametrize(
    ("one", "other", "is_counted_with"),
    [
        ("2001:db8:{0:x}:{1:x}::1", "2001:db8:{0:x}:{1:x}:ffff::2", True),
        ("2001:db8:{0:x}:{1:x}::1", "2001:db8:{0:x}:{2:x}::1", False),
        ("::ffff:10.{1}.{2}.1", "10.{1}.{2}.1", True),
        ("::ffff:10.{1}.{2}.1", "::ffff:10.{1}.{2}.2", False),
    ],
)
async def test_who_has_a_network_of_addresses_has_one_count(
    system: System, brake: Brake, *, whose: str, one: str, other: str, is_counted_with: bool
) -> None:
    """Of the sixth version whoever has one address has 2^64 of them."""
    mark = uuid4().bytes
    written = [whose + text.format(mark[0], mark[1], mark[1] ^ 1) for text in (one, other)]

    counted = [await attempt(system.pool, brake, text) for text in written]

    assert counted[1].attempts == (2 if is_counted_with else 1)
