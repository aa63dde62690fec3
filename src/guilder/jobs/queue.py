"""The queue: jobs go in with the transaction that wants them, and are claimed by leases."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from guilder.db import Tx, sql

from .job import Claimed, Job, JobId

TOPIC = "jobs"


async def enqueue(
    tx: Tx, job: Job, *, run_at: datetime | None = None, unique_key: str | None = None
) -> JobId | None:
    """Have a job done once this transaction commits; None where an equal one waits already."""
    ids = await enqueue_many(tx, [job], run_ats=[run_at], unique_keys=[unique_key])
    return ids[0] if ids else None


async def enqueue_many(
    tx: Tx,
    jobs: Sequence[Job],
    *,
    run_ats: Sequence[datetime | None] | None = None,
    unique_keys: Sequence[str | None] | None = None,
) -> list[JobId]:
    """Have many jobs done, in one statement; answers those that were not waiting already.

    Each may have a time of its own, and a key.
    """
    nothing = [None] * len(jobs)
    times, keys = list(run_ats or nothing), list(unique_keys or nothing)
    if not len(jobs) == len(times) == len(keys):
        raise ValueError(f"{len(jobs)} jobs, {len(times)} times and {len(keys)} keys")
    tx.signal(TOPIC)
    return await insert_jobs(
        tx,
        kinds=[job.name for job in jobs],
        payloads=list(jobs),
        priorities=[job.priority for job in jobs],
        run_ats=times,
        max_attempts=[job.max_attempts for job in jobs],
        unique_keys=keys,
    )


@sql
async def insert_jobs(
    tx: Tx,
    *,
    kinds: list[str],
    payloads: list[Any],
    priorities: list[int],
    run_ats: list[datetime | None],
    max_attempts: list[int],
    unique_keys: list[str | None],
) -> list[JobId]: ...


@sql
async def claim(tx: Tx, *, kinds: list[str], most: int, lease: timedelta) -> list[Claimed]: ...


@sql
async def advance(tx: Tx, *, most: int) -> int: ...


@sql
async def extend(tx: Tx, *, ids: list[JobId], attempts: list[int], lease: timedelta) -> None: ...


@sql
async def finish(tx: Tx, *, ids: list[JobId], attempts: list[int]) -> int: ...


@sql
async def fail(
    tx: Tx, *, job_id: JobId, attempt: int, reason: str, pause: timedelta, hopeless: bool
) -> str | None: ...
