"""The manifest: what a package hands to `app.py`, so that a new part of the domain is one line."""

from typing import Final

import msgspec

from guilder.events import Consumer
from guilder.http import Endpoint
from guilder.jobs import Handler, Schedule
from guilder.kernel import Fact

PERMISSIONS: Final[set[str]] = set()
"""What every package of this process has declared, so what the scope of a key may name."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a package adds to the system."""

    endpoints: tuple[Endpoint, ...] = ()
    handlers: tuple[Handler, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    facts: tuple[type[Fact], ...] = ()
    permissions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        PERMISSIONS.update(self.permissions)
