"""The desk: where a person looks at jobs, tries a dead one again, or drops it."""

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem

from .job import JobId, JobRecord, JobStatus


class JobNotThere(Problem, status=404):
    """There is no such job in a state that allows this."""


class Census(msgspec.Struct, frozen=True):
    """How many jobs are in a state, and for how long the oldest has been due."""

    status: JobStatus
    jobs: int
    oldest_seconds: float


async def retry(tx: Tx, job_id: JobId) -> None:
    """Have a dead or waiting job tried at once, with all its attempts before it."""
    if not await retry_job(tx, job_id=job_id):
        raise JobNotThere


async def drop(tx: Tx, job_id: JobId) -> None:
    """Forget a job that is not running."""
    if not await drop_job(tx, job_id=job_id):
        raise JobNotThere


@sql
async def inspect(
    tx: Tx, *, status: str | None, kind: str | None, most: int
) -> list[JobRecord]: ...


@sql
async def retry_job(tx: Tx, *, job_id: JobId) -> bool: ...


@sql
async def drop_job(tx: Tx, *, job_id: JobId) -> bool: ...


@sql
async def given_up(tx: Tx) -> int: ...


@sql
async def census(tx: Tx) -> list[Census]: ...
