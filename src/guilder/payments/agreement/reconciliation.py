"""Reconciliation: the gateway's list beside ours, movement by movement."""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any, ClassVar, Final, NewType
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction, transact
from guilder.jobs import Hopeless, Job, enqueue
from guilder.kernel import Fact, Lifecycle, Move, Problem, TenantId
from guilder.payments.gateways import (
    GatewayNotConfigured,
    Gateways,
    GatewayUnavailable,
    OutcomeUnknown,
)

from .comparison import (
    MOST_MOVEMENTS,
    Comparison,
    Difference,
    Span,
    TooManyMovements,
    compare,
)

ReconciliationId = NewType("ReconciliationId", UUID)

LONGEST_SPAN: Final = timedelta(days=31)


class ReconciliationNotFound(Problem, status=404):
    """There is no such reconciliation."""


class SpanNotValid(Problem, status=422):
    """A reconciliation covers at most 31 days, which are over."""


class ReconciliationStatus(StrEnum):
    """Whether both lists agree."""

    RUNNING = auto()
    AGREED = auto()
    DIFFERS = auto()
    FAILED = auto()


S = ReconciliationStatus


class ReconciliationLife(Lifecycle, column="payments.reconciliation.status"):
    """Asked for, and told once."""

    agree = Move(S.RUNNING, to=S.AGREED)
    differ = Move(S.RUNNING, to=S.DIFFERS)
    fail = Move(S.RUNNING, to=S.FAILED)


class Reconciliation(msgspec.Struct, frozen=True):
    """A comparison of a span of time, and what it found."""

    id: ReconciliationId
    gateway: str
    since: datetime
    until: datetime
    status: ReconciliationStatus
    movements: int
    differences: list[Difference]
    difference_count: int
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


class ReconciliationFinished(Fact, frozen=True):
    """Two lists were compared."""

    name: ClassVar[str] = "reconciliation.finished"
    data: Reconciliation


class Reconcile(Job, frozen=True):
    """Compare the lists, when nothing that somebody waits for is to be done."""

    name: ClassVar[str] = "payments.reconcile"
    timeout_seconds: ClassVar[float] = 600.0
    priority: ClassVar[int] = 10

    reconciliation_id: ReconciliationId


async def start(tx: Tx, gateway: str, since: datetime, *, until: datetime) -> Reconciliation:
    """Have a span of time compared."""
    if not since < until <= await tx.now() or until - since > LONGEST_SPAN:
        raise SpanNotValid
    begun = await insert_reconciliation(tx, gateway=gateway, since=since, until=until)
    await enqueue(tx, Reconcile(begun.id))
    return begun


async def reconcile(
    pool: Pool, tenant_id: TenantId | None, job: Reconcile, *, gateways: Gateways
) -> None:
    """Read both lists, and write down where they differ."""
    if tenant_id is None:
        raise Hopeless("a reconciliation belongs to a tenant")
    async with tenant_transaction(pool, tenant_id) as tx:
        begun = await reconciliation_by_id(tx, job.reconciliation_id)
    if begun.status is not ReconciliationStatus.RUNNING:
        return
    found, error = Comparison(), None
    try:
        async with tenant_transaction(pool, tenant_id) as tx:
            gateway = await gateways.of(tx, begun.gateway)
        found = await compare(pool, tenant_id, gateway, span=Span(begun.since, begun.until))
    except TooManyMovements:
        error = f"more than {MOST_MOVEMENTS} movements: choose a shorter span"
    except (GatewayUnavailable, OutcomeUnknown, GatewayNotConfigured) as closed:
        error = f"{begun.gateway} does not answer: {closed}"

    async def write(tx: Tx) -> None:
        await finish(tx, begun.id, found, error=error)

    await transact(pool, tenant_id, write)


async def finish(
    tx: Tx, reconciliation_id: ReconciliationId, found: Comparison, *, error: str | None
) -> Reconciliation | None:
    """Write down what was found; None where another has done so, whose word stands."""
    done = await finish_reconciliation(
        tx,
        tenant_id=tx.tenant_id,
        reconciliation_id=reconciliation_id,
        status=S.FAILED if error else S.DIFFERS if found.difference_count else S.AGREED,
        movements=found.movements,
        differences=msgspec.to_builtins(found.differences),
        difference_count=found.difference_count,
        error_message=error,
    )
    if done is not None:
        tx.emit(ReconciliationFinished(done.id, done))
    return done


async def reconciliation_by_id(tx: Tx, reconciliation_id: ReconciliationId) -> Reconciliation:
    """One reconciliation of the tenant."""
    found = await find_reconciliation(
        tx, tenant_id=tx.tenant_id, reconciliation_id=reconciliation_id
    )
    if found is None:
        raise ReconciliationNotFound
    return found


@sql
async def insert_reconciliation(
    tx: Tx, *, gateway: str, since: datetime, until: datetime
) -> Reconciliation: ...


@sql
async def find_reconciliation(
    tx: Tx, *, tenant_id: TenantId, reconciliation_id: ReconciliationId
) -> Reconciliation | None: ...


@sql
async def newest_reconciliations(
    tx: Tx, *, tenant_id: TenantId, gateway: str, before: ReconciliationId | None, most: int
) -> list[Reconciliation]: ...


@sql
async def finish_reconciliation(
    tx: Tx,
    *,
    tenant_id: TenantId,
    reconciliation_id: ReconciliationId,
    status: str,
    movements: int,
    differences: list[Any],
    difference_count: int,
    error_message: str | None,
) -> Reconciliation | None: ...
