"""The manifest: what a package hands to `app.py`, so that a new part of the domain is one line."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import msgspec

from guilder.db import Tx
from guilder.events import Companion, Consumer
from guilder.http import Endpoint
from guilder.jobs import Handler, Schedule
from guilder.kernel import Fact

PERMISSIONS: Final[set[str]] = set()
"""What every package of this process has declared, so what the scope of a key may name."""


class Export(NamedTuple):
    """What a package holds about a customer: records under any of these ids, so many at most."""

    name: str
    permission: str
    records: Callable[[Tx, list[Any], int], Awaitable[list[Any]]]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a package adds to the system."""

    endpoints: tuple[Endpoint, ...] = ()
    handlers: tuple[Handler, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    companions: tuple[Companion, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    exports: tuple[Export, ...] = ()
    facts: tuple[type[Fact], ...] = ()
    permissions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        PERMISSIONS.update(self.permissions)
