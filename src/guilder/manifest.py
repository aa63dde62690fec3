"""The manifest: what a package hands to `app.py`, so that a new part of the domain is one line."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from guilder.db import Tx
from guilder.events import Companion, Consumer
from guilder.http import Endpoint
from guilder.jobs import Handler, Schedule
from guilder.kernel import Fact, TenantId

PERMISSIONS: Final[set[str]] = set()
"""What every package of this process has declared, so what the scope of a key may name."""


class Person(NamedTuple):
    """Somebody, under each id that they ever had, and with the e-mail by which guests are known."""

    ids: list[Any]
    email: str | None


class Export(NamedTuple):
    """What a package holds about a customer: records of this person, so many at most."""

    name: str
    permission: str
    records: Callable[[Tx, Person, int], Awaitable[list[Any]]]


Claim = Callable[[Tx, Person], Awaitable[None]]
"""How what a package holds of a guest becomes the first id's of the person with that e-mail."""


class Count(Protocol):
    """A statement that counts what a tenant has of one thing."""

    def __call__(self, tx: Tx, /, *, tenant_id: TenantId) -> Awaitable[int]: ...


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All that a package adds to the system."""

    endpoints: tuple[Endpoint, ...] = ()
    handlers: tuple[Handler, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    companions: tuple[Companion, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    exports: tuple[Export, ...] = ()
    claims: tuple[Claim, ...] = ()
    quotas: Mapping[str, Count] = {}
    facts: tuple[type[Fact], ...] = ()
    permissions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        PERMISSIONS.update(self.permissions)
