"""The worker: claims jobs, does them, and lets go of them.

A claim is a lease that the worker keeps extending while the job runs; the lease
of a worker that was lost ends, and another takes the job. What is done is let
go in batches: while one batch is being committed, the next one gathers.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, final, get_type_hints

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from guilder.db import (
    Bell,
    Pool,
    Share,
    Signals,
    Tx,
    system_statement,
    system_transaction,
    transact,
)
from guilder.kernel import Actor, ActorKind, Problem, Tool, reason_of, tools_in

from .desk import census
from .job import Claimed, Handler, Hopeless, InTransaction, JobStatus
from .queue import TOPIC, advance, claim, extend, fail, finish

LEASE: Final = timedelta(seconds=60)
HEARTBEAT_SECONDS: Final = 20.0
IDLE_SECONDS: Final = 0.25
CENSUS_SECONDS: Final = 5.0
MOST_ADVANCED: Final = 1000
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 3600.0
DRAIN_SECONDS: Final = 10.0
REASON_CHARACTERS: Final = 1000
SHARE_OF_POOL: Final = 0.5
"""What jobs may have of the connections at once; the rest is for requests and the relay."""

DONE = Counter("guilder_jobs_total", "Jobs that came to an end.", ["kind", "outcome"])
WAITING = Gauge("guilder_jobs_queued", "Jobs in the queue.", ["status"])
OLDEST = Gauge("guilder_jobs_oldest_seconds", "How long the oldest ready job has waited.")

log = structlog.get_logger()


class LeaseLost(Exception):
    """Another worker has taken the job, so its effect here must not be committed."""


def pause_after(attempt: int) -> float:
    """How many seconds to wait after an attempt that failed: twice as long each time."""
    doubled: float = FIRST_PAUSE_SECONDS * 2 ** min(attempt - 1, 30)
    return min(doubled, LONGEST_PAUSE_SECONDS)


@final
class Worker:
    """Does jobs until told to drain, at most `slots` at a time."""

    def __init__(
        self,
        pool: Pool,
        signals: Signals,
        handlers: Sequence[Handler],
        *,
        slots: int = 100,
        tools: Mapping[type[Tool], Tool] | None = None,
    ) -> None:
        self._pool = pool
        self._signals = signals
        self._handlers = {handler.job.name: handler for handler in handlers}
        self._tools = {
            handler.job.name: {
                name: (tools or {})[kind]
                for name, kind in tools_in(get_type_hints(handler.run)).items()
            }
            for handler in handlers
        }
        self._decoders = {
            handler.job.name: msgspec.json.Decoder(handler.job) for handler in handlers
        }
        self._slots = slots
        self._share = Share(pool, max(1, int(pool.size * SHARE_OF_POOL)))
        self._running: dict[asyncio.Task[None], Claimed] = {}
        self._done: list[Claimed] = []
        self._flushing: asyncio.Task[None] | None = None
        self._bell = Bell()
        self._draining = False

    async def run(self) -> None:
        """Work until `drain` is called or the task is cancelled."""
        stop_listening = self._signals.listen(TOPIC, self._bell.ring)
        beats = [asyncio.create_task(beat()) for beat in (self._advance, self._beat, self._count)]
        try:
            while not self._draining:
                await self._round()
            await self._let_go()
        finally:
            stop_listening()
            for task in (*beats, *self._running):
                task.cancel()

    def drain(self) -> None:
        """Take no more jobs; `run` returns when those under way are done."""
        self._draining = True
        self._bell.ring()

    async def _round(self) -> None:
        free = self._slots - len(self._running)
        claimed: list[Claimed] = []
        try:
            if free:
                async with system_statement(self._pool) as tx:
                    claimed = await claim(tx, kinds=list(self._handlers), most=free, lease=LEASE)
        except Problem as trouble:
            log.warning("worker waits", reason=trouble.title)
        for job in claimed:
            task = asyncio.create_task(self._do(job))
            self._running[task] = job
            task.add_done_callback(self._free)
        if not claimed or len(claimed) == free:
            await self._bell.rest(IDLE_SECONDS)

    def _free(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._bell.ring()

    async def _do(self, job: Claimed) -> None:
        handler = self._handlers[job.kind]
        try:
            work = self._decoders[job.kind].decode(job.payload)
            if isinstance(handler, InTransaction):
                await self._do_in_transaction(job, handler, work)
            else:
                async with asyncio.timeout(handler.job.timeout_seconds):
                    await handler.run(self._share, job.tenant_id, work, **self._tools[job.kind])
        except LeaseLost:
            DONE.labels(job.kind, "lost").inc()
        except Exception as failure:  # noqa: BLE001 - a job may fail in any way
            await self._fail(job, failure)
        else:
            DONE.labels(job.kind, "done").inc()
            if not isinstance(handler, InTransaction):
                self._finish_soon(job)

    async def _do_in_transaction(
        self, job: Claimed, handler: InTransaction[Any], work: Any
    ) -> None:
        """Run the verb and let go of the job in one transaction. Its time begins when it does."""

        async def effect(tx: Tx) -> None:
            async with asyncio.timeout(handler.job.timeout_seconds):
                await handler.run(tx, work)
            if not await finish(tx, ids=[job.id], attempts=[job.attempt]):
                raise LeaseLost

        if job.tenant_id is None:
            async with system_transaction(self._share) as tx:
                await effect(tx)
            return
        actor = Actor(kind=ActorKind.JOB, tenant_id=job.tenant_id, id=job.id)
        await transact(self._share, job.tenant_id, effect, actor=actor)

    async def _fail(self, job: Claimed, failure: Exception) -> None:
        reason = reason_of(failure, REASON_CHARACTERS)
        pause = pause_after(job.attempt)
        try:
            async with system_statement(self._pool) as tx:
                outcome = await fail(
                    tx,
                    job_id=job.id,
                    attempt=job.attempt,
                    reason=reason,
                    pause=timedelta(seconds=pause * (0.5 + random.random())),  # noqa: S311
                    hopeless=isinstance(failure, Hopeless),
                )
        except Problem as trouble:
            outcome = f"left to its lease: {trouble.title}"
        log.warning("job failed", kind=job.kind, job_id=str(job.id), reason=reason, then=outcome)
        DONE.labels(job.kind, "dead" if outcome == "dead" else "failed").inc()

    def _finish_soon(self, job: Claimed) -> None:
        self._done.append(job)
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        """Let go of what is done, as many at once as have gathered."""
        while self._done:
            done, self._done = self._done, []
            try:
                async with system_statement(self._pool) as tx:
                    await finish(
                        tx, ids=[job.id for job in done], attempts=[job.attempt for job in done]
                    )
            except Problem as trouble:
                log.warning("jobs stay leased", jobs=len(done), reason=trouble.title)
                self._done += done
                await asyncio.sleep(IDLE_SECONDS)

    async def _advance(self) -> None:
        """Have what is due, and what a lost worker held, made ready."""
        while True:
            try:
                async with system_statement(self._pool) as tx:
                    if await advance(tx, most=MOST_ADVANCED):
                        self._bell.ring()
            except Exception as trouble:  # noqa: BLE001 - it is tried again, whatever it was
                log.warning("due jobs wait", reason=str(trouble))
            await asyncio.sleep(IDLE_SECONDS)

    async def _beat(self) -> None:
        """Keep what is running leased."""
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            held = [*self._running.values(), *self._done]
            try:
                async with system_statement(self._pool) as tx:
                    await extend(
                        tx,
                        ids=[job.id for job in held],
                        attempts=[job.attempt for job in held],
                        lease=LEASE,
                    )
            except Exception as trouble:  # noqa: BLE001 - it is tried again, whatever it was
                log.warning("leases not extended", reason=str(trouble))

    async def _count(self) -> None:
        while True:
            try:
                async with system_statement(self._pool) as tx:
                    counted = {row.status: row for row in await census(tx)}
            except Exception:  # noqa: BLE001 - it is counted again, whatever it was
                counted = {}
            for status in JobStatus:
                WAITING.labels(status).set(counted[status].jobs if status in counted else 0)
            ready = counted.get(JobStatus.READY)
            OLDEST.set(max(0.0, ready.oldest_seconds) if ready else 0.0)
            await asyncio.sleep(CENSUS_SECONDS)

    async def _let_go(self) -> None:
        """Give what is under way some time to end; the leases of the rest will run out."""
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=DRAIN_SECONDS)
        if self._flushing:
            await asyncio.wait([self._flushing], timeout=DRAIN_SECONDS)
