"""The job: a piece of work that happens later, and who knows how to do it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, Generic, NewType, TypeVar
from uuid import UUID

import msgspec

from guilder.db import Tx
from guilder.kernel import TenantId

JobId = NewType("JobId", UUID)


class JobStatus(StrEnum):
    """Where a job stands. One that is done is no longer there."""

    SCHEDULED = auto()
    READY = auto()
    RUNNING = auto()
    DEAD = auto()


class Job(msgspec.Struct, frozen=True):
    """Work to be done, with what it needs to know. Of two priorities the lower goes first."""

    name: ClassVar[str]
    priority: ClassVar[int] = 0
    max_attempts: ClassVar[int] = 12
    timeout_seconds: ClassVar[float] = 30.0


class Hopeless(Exception):
    """Raised by a job that can never succeed: it dies at once, with this reason."""


J = TypeVar("J", bound=Job)


class InTransaction(msgspec.Struct, Generic[J], frozen=True):
    """A job that is one verb: its effect and its end are committed together, so it happens once.

    It runs in the tenant's transaction, or in the system's where it has no tenant.
    """

    job: type[J]
    run: Callable[[Tx, J], Awaitable[None]]


class InWorld(msgspec.Struct, Generic[J], frozen=True):
    """A job that touches the world: it opens its own transactions, and may run twice.

    Its pool is the jobs' share, so it waits for the world between two transactions and never
    within one, or nested in another: a slow gateway then holds up no connection, and nobody.
    """

    job: type[J]
    run: Callable[..., Awaitable[None]]


Handler = InTransaction[Any] | InWorld[Any]


class Claimed(msgspec.Struct, frozen=True):
    """A job that this worker holds until its lease ends."""

    id: JobId
    tenant_id: TenantId | None
    kind: str
    payload: str
    attempt: int
    max_attempts: int


class JobRecord(msgspec.Struct, frozen=True):
    """A job as people look at it."""

    id: JobId
    tenant_id: TenantId | None
    kind: str
    payload: Any
    status: JobStatus
    priority: int
    run_at: datetime
    attempt: int
    max_attempts: int
    unique_key: str | None
    last_error: str | None
    created_at: datetime
    died_at: datetime | None
