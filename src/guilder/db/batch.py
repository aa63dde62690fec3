"""Group commit: concurrent calls of one verb share a transaction."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import islice
from typing import Final, Generic, TypeVar

from guilder.kernel import Actor, Problem, TenantId

from .pool import Pool
from .problems import DatabaseBusy, DatabaseFull, DatabaseUnavailable
from .transactions import transact
from .turns import Turns
from .tx import Tx

MAX_BATCH: Final = 100

UNKNOWN_OUTCOME: Final = (DatabaseUnavailable, DatabaseBusy, DatabaseFull)
"""After these nobody knows what was committed, or a second attempt would fare no better."""

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
Key = tuple[TenantId, Actor | None, Hashable]


class Batch(Generic[Item, Outcome]):
    """Collects calls while the batch before them is being committed, and runs them as one.

    Nobody waits for a timer: the first call starts at once, and those that come
    meanwhile are the next batch. With `turns`, the batches of other verbs come before them too.
    The verb answers an outcome per item, in order; an outcome that is a problem is raised to its
    caller alone. A batch that fails as a whole is run again item by item, so that one cannot fail
    another.
    """

    def __init__(
        self,
        pool: Pool,
        verb: Callable[[Tx, Sequence[Item]], Awaitable[Sequence[Outcome | Problem]]],
        *,
        max_items: int = MAX_BATCH,
        turns: Turns | None = None,
    ) -> None:
        self._pool = pool
        self._verb = verb
        self._max_items = max_items
        self._turns = turns
        self._waiting: dict[Key, deque[tuple[Item, asyncio.Future[Outcome]]]] = {}
        self._running: dict[Key, asyncio.Task[None]] = {}

    async def __call__(
        self,
        tenant_id: TenantId,
        item: Item,
        *,
        actor: Actor | None = None,
        group: Hashable = None,
    ) -> Outcome:
        """Have an item done, together with others of this tenant, actor and group."""
        key = (tenant_id, actor, group)
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, deque()).append((item, answer))
        if self._turns is not None:
            self._turns.came(tenant_id)
        if key not in self._running:
            self._running[key] = asyncio.create_task(self._drain(key))
            self._running[key].add_done_callback(partial(self._abandon, key))
        return await answer

    async def _drain(self, key: Key) -> None:
        while waiting := self._waiting[key]:
            async with self._turns.of(key[0], waiting) if self._turns else nullcontext():
                batch = list(islice(waiting, self._max_items))
                await self._run(key, batch)
                for _ in batch:
                    waiting.popleft()
        del self._waiting[key], self._running[key]

    def _abandon(self, key: Key, drained: asyncio.Task[None]) -> None:
        """Tell whoever waits still that nobody comes, where the task did not come to its end.

        It is told as a lost connection is: what was at work may have been committed. Nobody is
        cancelled for it, since that would read as if they had gone away themselves.
        """
        if self._running.get(key) is not drained:
            return
        del self._running[key]
        for _, answer in self._waiting.pop(key):
            _answer(answer, DatabaseUnavailable())

    async def _run(self, key: Key, batch: list[tuple[Item, asyncio.Future[Outcome]]]) -> None:
        tenant_id, actor, _ = key
        items = [item for item, _ in batch]
        try:
            outcomes = await transact(
                self._pool, tenant_id, lambda tx: self._outcomes(tx, items), actor=actor
            )
        except Exception as failure:  # noqa: BLE001 - it belongs to a caller, not to this task
            if len(batch) == 1:
                _answer(batch[0][1], failure)
                return
            for single in batch:
                if isinstance(failure, UNKNOWN_OUTCOME):
                    _answer(single[1], failure.again())
                else:
                    await self._run(key, [single])
            return
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            _answer(answer, outcome)

    async def _outcomes(self, tx: Tx, items: list[Item]) -> Sequence[Outcome | Problem]:
        outcomes = await self._verb(tx, items)
        if len(outcomes) != len(items):
            raise ValueError(f"{len(outcomes)} outcomes for {len(items)} items")
        return outcomes


def _answer(answer: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    if answer.done():
        return  # the caller went away; what was committed stays
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
