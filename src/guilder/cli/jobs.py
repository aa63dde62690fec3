"""`jobs`: look at the queue, try a dead job again, or drop it."""

from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from guilder import jobs
from guilder.db import Pool, system_transaction
from guilder.jobs import JobId, JobRecord, JobStatus
from guilder.settings import read_settings

from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json, say_table

Id = Annotated[UUID, Parameter(metavar="ID", help="The job's id, as the list shows it.")]

app = App(name="jobs", help="Look at the queue, try a dead job again, or drop it.")


@app.command(name="list")
def list_(
    *,
    status: Annotated[JobStatus | None, Parameter(help="Only those in this state.")] = None,
    kind: Annotated[str | None, Parameter(metavar="NAME", help="Only those of this kind.")] = None,
    limit: Annotated[int, Parameter(metavar="NUMBER", help="How many at most.")] = 50,
    json: AsJson = False,
    data: Data = None,
) -> None:
    """List jobs, newest first. What is done is no longer there."""

    async def work(pool: Pool) -> list[JobRecord]:
        async with system_transaction(pool) as tx:
            return await jobs.inspect(tx, status=status, kind=kind, most=limit)

    found = with_pool(read_settings(data=data), work)
    if json:
        say_json(found)
    else:
        say_table(
            ["id", "kind", "status", "attempts", "runs at", "last error"],
            [
                [
                    job.id,
                    job.kind,
                    job.status,
                    f"{job.attempt}/{job.max_attempts}",
                    f"{job.run_at:%Y-%m-%d %H:%M:%S}",
                    job.last_error,
                ]
                for job in found
            ],
        )


@app.command
def retry(job: Id, /, *, data: Data = None) -> None:
    """Try a dead or waiting job at once, with all its attempts before it."""

    async def work(pool: Pool) -> None:
        async with system_transaction(pool) as tx:
            await jobs.retry(tx, JobId(job))

    with_pool(read_settings(data=data), work)
    say("It is tried again.")


@app.command
def drop(job: Id, /, *, data: Data = None) -> None:
    """Forget a job that is not running."""

    async def work(pool: Pool) -> None:
        async with system_transaction(pool) as tx:
            await jobs.drop(tx, JobId(job))

    with_pool(read_settings(data=data), work)
    say("It is dropped.")
