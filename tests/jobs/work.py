"""Jobs for tests, of kinds that no other test claims, and a worker that is run until it is done."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar
from uuid import uuid4

from guilder.db import Tx, system_transaction
from guilder.jobs import Handler, Job, JobRecord, Worker, inspect
from guilder.jobs.job import Claimed
from guilder.jobs.queue import claim
from guilder.jobs.worker import pause_after
from tests.world import World, eventually


def kind_of_its_own(**policy: object) -> type[Job]:
    """A new kind of job, with a number in it."""

    class Dig(Job, frozen=True):
        """A hole is dug."""

        name: ClassVar[str] = f"test.{uuid4().hex}"
        number: int = 0

    for name, value in policy.items():
        setattr(Dig, name, value)
    return Dig


async def waiting(world: World, kind: type[Job]) -> list[JobRecord]:
    """What is in the queue of a kind, newest first."""
    async with system_transaction(world.pool) as tx:
        return await inspect(tx, status=None, kind=kind.name, most=1000)


async def claim_some(world: World, kind: type[Job], most: int = 10) -> list[Claimed]:
    """Take jobs as a worker does."""
    async with system_transaction(world.pool) as tx:
        return await claim(tx, kinds=[kind.name], most=most, lease=timedelta(seconds=60))


async def work_until(world: World, handler: Handler, done: Callable[[], bool]) -> None:
    """Run a worker until something holds."""
    worker = Worker(world.pool, world.system.signals, [handler], slots=10)
    working = asyncio.create_task(worker.run())

    async def holds() -> bool:
        return working.done() or done()

    try:
        await eventually(holds)
    finally:
        worker.drain()
        await working


def patience_of(kind: type[Job]) -> timedelta:
    """For how long a job of this kind is tried before it is a person's turn, more or less."""
    return timedelta(seconds=sum(pause_after(attempt) for attempt in range(1, kind.max_attempts)))


async def rush(tx: Tx, kind: type[Job]) -> None:
    """Let whatever of a kind is put off be due now. As the owner, since nobody else may."""
    await tx.fetch(
        "update jobs.job set run_at = now() - interval '1 second' where kind = $1", kind.name
    )
