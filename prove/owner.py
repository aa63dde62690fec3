"""The owner: looks into the database of a running house, stops it at a step, makes time pass."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any, Final

import asyncpg

from prove.house import House

POLL_SECONDS: Final = 0.01
REACH_SECONDS: Final = 20.0
LOST: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[asyncpg.Connection]:
    """A connection as the owner, who sees every tenant's rows; it may be lost at any time."""
    connection = await _connect(house)
    try:
        yield connection
    finally:
        connection.terminate()


async def rows(house: House, statement: str, *values: Any) -> list[asyncpg.Record]:
    """What one statement answers."""
    async with connected(house) as connection:
        return list(await connection.fetch(statement, *values))


async def comes_true(connection: asyncpg.Connection, question: str, wanted: int) -> bool:
    """Wait until a question is answered with at least this number."""
    deadline = time.monotonic() + REACH_SECONDS
    while time.monotonic() < deadline:
        with suppress(asyncpg.DeadlockDetectedError):
            if await connection.fetchval(question) >= wanted:
                return True
        await asyncio.sleep(POLL_SECONDS)
    return False


async def a_minute_passes(house: House, seconds_ago: float) -> None:
    """Let the claims of whoever is dead since then run out, as they would a minute later."""
    left = timedelta(minutes=1, seconds=-seconds_ago)
    deadline = time.monotonic() + REACH_SECONDS
    while True:
        try:
            return await _let_pass(house, left)
        except LOST:  # the database, which was killed a moment ago, may still be going down
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(POLL_SECONDS)


async def _let_pass(house: House, left: timedelta) -> None:
    async with connected(house) as connection:
        await connection.execute(
            "update payments.transaction set held_until = now() - interval '1 second' "
            "where held_until < now() + $1::interval",
            left,
        )
        await connection.execute(
            "update jobs.job set lease_until = now() "
            "where status = 'running' and lease_until < now() + $1::interval",
            left,
        )


async def checks_come_due(house: House) -> None:
    """Have open attempts asked about now, also those whose holder is still at it after a minute.

    A claim spares the gateway questions. That nobody is charged twice must not hang on it.
    """
    async with connected(house) as connection:
        await connection.execute(
            "update payments.transaction set held_until = now() - interval '1 second' "
            "where held_until > now()"
        )
        await connection.execute(
            "update jobs.job set run_at = now() "
            "where status = 'scheduled' and kind = 'payments.settle_attempt'"
        )


async def days_pass(house: House) -> None:
    """Make what waits for its time due now: jobs, and buyers who never came back."""
    async with connected(house) as connection:
        await connection.execute(
            "update payments.payment set expires_at = now() where status = 'requires_action'"
        )
        await connection.execute(
            "update jobs.job set run_at = now() where status = 'scheduled' and kind <> "
            "'payments.expire_payment' or status = 'scheduled' and kind = "
            "'payments.expire_payment' and (payload ->> 'payment_id')::uuid in "
            "(select id from payments.payment where status = 'requires_action')"
        )


async def _connect(house: House) -> asyncpg.Connection:
    deadline = time.monotonic() + REACH_SECONDS
    while True:
        try:
            cluster = house.folder / "postgres"
            port = int((cluster / "postmaster.pid").read_text().splitlines()[3])
            return await asyncpg.connect(
                host=str(cluster), port=port, user="guilder", database="guilder", timeout=5
            )
        except (*LOST, IndexError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.1)
