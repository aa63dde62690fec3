"""Schedules: jobs that recur, each occurrence enqueued once, however many processes there are."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog

from guilder.db import Pool, Tx, sql, system_transaction
from guilder.kernel import Problem

from .cron import Cron
from .job import Job
from .queue import enqueue

LOOK_SECONDS: Final = 1.0

log = structlog.get_logger()


class Schedule(msgspec.Struct, frozen=True):
    """A job and when it recurs. The name is kept for ever."""

    name: str
    cron: str
    job: Job
    zone: str = "UTC"


async def keep(pool: Pool, schedules: Sequence[Schedule]) -> None:
    """Enqueue what comes due, until cancelled. After a pause of the system: once, not for each."""
    crons = {schedule.name: Cron.parse(schedule.cron, schedule.zone) for schedule in schedules}
    while True:
        try:
            async with system_transaction(pool) as tx:
                for schedule in schedules:
                    await look(tx, schedule, crons[schedule.name])
        except Problem as trouble:
            log.warning("schedules wait", reason=trouble.title)
        await asyncio.sleep(LOOK_SECONDS)


async def look(tx: Tx, schedule: Schedule, cron: Cron) -> None:
    """Enqueue the schedule's job if its next instant has come."""
    now = await tx.now()
    due_at = await plan(
        tx,
        name=schedule.name,
        cron=schedule.cron,
        zone=schedule.zone,
        first_at=cron.after(now),
    )
    if due_at <= now and await move_on(
        tx, name=schedule.name, due_at=due_at, following_at=cron.after(now)
    ):
        await enqueue(tx, schedule.job, unique_key=schedule.name)


@sql
async def plan(tx: Tx, *, name: str, cron: str, zone: str, first_at: datetime) -> datetime: ...


@sql
async def move_on(tx: Tx, *, name: str, due_at: datetime, following_at: datetime) -> bool: ...
