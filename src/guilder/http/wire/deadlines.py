"""Deadlines: what takes longer than it may is ended.

One timer watches over all of them. It is set for the earliest and left alone
until then, so a deadline that is kept, as nearly all are, costs next to nothing.
"""

import asyncio
import math
from types import TracebackType
from typing import Self, final


@final
class Deadlines:
    """The deadlines that are being kept in this process."""

    def __init__(self) -> None:
        self._kept: set[Deadline] = set()
        self._looks_at = math.inf

    def within(self, seconds: float) -> "Deadline":
        """A deadline for this task, so many seconds from now."""
        return Deadline(self, seconds)

    def keep(self, deadline: "Deadline") -> None:
        """Have an eye on this one too."""
        self._kept.add(deadline)
        self._look_by(deadline.at)

    def let_go(self, deadline: "Deadline") -> None:
        """Nothing more is due."""
        self._kept.discard(deadline)

    def _look_by(self, moment: float) -> None:
        if moment < self._looks_at:
            self._looks_at = moment
            asyncio.get_running_loop().call_at(moment, self._look, moment)

    def _look(self, moment: float) -> None:
        """End what is late, unless an earlier look has taken over."""
        if moment != self._looks_at:
            return
        self._looks_at = math.inf
        now = asyncio.get_running_loop().time()
        for deadline in [one for one in self._kept if one.at <= now]:
            self._kept.remove(deadline)
            deadline.pass_by()
        if self._kept:
            self._look_by(min(one.at for one in self._kept))


@final
class Deadline:
    """When a task must be done with what stands under `with`; else that ends as a TimeoutError."""

    __slots__ = ("_all", "_cancellations", "_task", "at", "has_passed")

    _task: asyncio.Task[object]
    _cancellations: int

    def __init__(self, deadlines: Deadlines, seconds: float) -> None:
        self._all = deadlines
        self.at = asyncio.get_running_loop().time() + seconds
        self.has_passed = False

    def move(self, seconds: float) -> None:
        """Give the task so many seconds from now."""
        self.at = asyncio.get_running_loop().time() + seconds
        self._all.keep(self)

    def pass_by(self) -> None:
        """The task is late: it is cancelled, which only this deadline takes notice of."""
        self.has_passed = True
        self._task.cancel()

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()  # type: ignore[assignment]
        self._cancellations = self._task.cancelling()
        self._all.keep(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        _: TracebackType | None,
    ) -> None:
        self._all.let_go(self)
        if self.has_passed:
            is_ours = self._task.uncancel() <= self._cancellations
            if is_ours and kind is asyncio.CancelledError:
                raise TimeoutError from failure
