"""Lists, a page at a time, by keyset: a page never shifts when rows come or go."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from guilder.kernel import CursorSeal, TenantId

T = TypeVar("T")
Row = TypeVar("Row")
Position = TypeVar("Position")


class Listing(msgspec.Struct, Generic[T], frozen=True):
    """One page of a list, newest first, and where the next one begins."""

    data: list[T]
    has_more: bool
    next_cursor: str | None


class Page:
    """What the caller asked for: how many, and from where."""

    def __init__(
        self, seal: CursorSeal, *, tenant_id: TenantId, of: str, limit: int, cursor: str | None
    ) -> None:
        self._seal = seal
        self._tenant_id = tenant_id
        self._of = of
        self._cursor = cursor
        self.limit = limit

    @property
    def most(self) -> int:
        """How many rows to read: one more than is shown tells whether there are more."""
        return self.limit + 1

    def after(self, kind: type[Position]) -> Position | None:
        """The position at which the previous page ended; None on the first one."""
        if self._cursor is None:
            return None
        return self._seal.open(self._cursor, kind, tenant_id=self._tenant_id, of=self._of)

    def listing(
        self,
        rows: Sequence[Row],
        *,
        at: Callable[[Row], object],
        show: Callable[[Row], T],
    ) -> Listing[T]:
        """Shape the rows that were read: `at` is a row's position, `show` its form outside."""
        shown = rows[: self.limit]
        has_more = len(rows) > self.limit
        return Listing(
            data=[show(row) for row in shown],
            has_more=has_more,
            next_cursor=(
                self._seal.seal(at(shown[-1]), tenant_id=self._tenant_id, of=self._of)
                if has_more
                else None
            ),
        )
