"""Reconciliation: the gateway's list beside ours, movement by movement."""

from collections.abc import Sequence
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
    Movement,
    MovementKind,
    OutcomeUnknown,
)

ReconciliationId = NewType("ReconciliationId", UUID)

MARGIN: Final = timedelta(minutes=15)
"""Two clocks: what one side saw just outside of the span may lie inside for the other."""

MOST_MOVEMENTS: Final = 200_000


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


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A movement on which the lists do not agree."""

    problem: str
    kind: str
    reference: str
    ours_minor: int | None
    theirs_minor: int | None
    currency: str
    payment_id: UUID | None


class Reconciliation(msgspec.Struct, frozen=True):
    """A comparison of a span of time, and what it found."""

    id: ReconciliationId
    gateway: str
    since: datetime
    until: datetime
    status: ReconciliationStatus
    movements: int
    differences: list[Difference]
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


class OurMovement(msgspec.Struct, frozen=True):
    """A movement as we have it."""

    type: str
    gateway_reference: str
    amount_minor: int
    currency: str
    payment_id: UUID
    finished_at: datetime


class ReconciliationFinished(Fact, frozen=True):
    """Two lists were compared."""

    name: ClassVar[str] = "reconciliation.finished"
    data: Reconciliation


class Reconcile(Job, frozen=True):
    """Compare the lists."""

    name: ClassVar[str] = "payments.reconcile"
    timeout_seconds: ClassVar[float] = 600.0

    reconciliation_id: ReconciliationId


async def start(tx: Tx, gateway: str, since: datetime, *, until: datetime) -> Reconciliation:
    """Have a span of time compared."""
    if not since < until <= await tx.now() or until - since > timedelta(days=31):
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
    theirs: list[Movement] = []
    error = None
    try:
        async with tenant_transaction(pool, tenant_id) as tx:
            gateway = await gateways.of(tx, begun.gateway)
        async for movement in gateway.movements(begun.since - MARGIN, begun.until + MARGIN):
            theirs.append(movement)
            if len(theirs) > MOST_MOVEMENTS:
                error = f"more than {MOST_MOVEMENTS} movements: choose a shorter span"
                break
    except (GatewayUnavailable, OutcomeUnknown, GatewayNotConfigured) as closed:
        error = f"{begun.gateway} does not answer: {closed}"

    async def write(tx: Tx) -> None:
        await _finish(tx, begun, theirs, error=error)

    await transact(pool, tenant_id, write)


async def _finish(
    tx: Tx, begun: Reconciliation, theirs: Sequence[Movement], *, error: str | None
) -> None:
    ours = await our_movements(
        tx,
        tenant_id=tx.tenant_id,
        gateway=begun.gateway,
        since=begun.since - MARGIN,
        until=begun.until + MARGIN,
    )
    found = [] if error else compare(ours, theirs, since=begun.since, until=begun.until)
    status = S.FAILED if error else S.DIFFERS if found else S.AGREED
    done = await finish_reconciliation(
        tx,
        tenant_id=tx.tenant_id,
        reconciliation_id=begun.id,
        status=status,
        movements=len(theirs),
        differences=msgspec.to_builtins(found),
        error_message=error,
    )
    tx.emit(ReconciliationFinished(done.id, done))


def compare(
    ours: Sequence[OurMovement],
    theirs: Sequence[Movement],
    *,
    since: datetime,
    until: datetime,
) -> list[Difference]:
    """Where two lists differ, looking at what lies within the span on the side that has it."""
    known = {(one.type, one.gateway_reference): one for one in ours}
    told = {(one.kind.value, one.reference): one for one in theirs}
    found = []
    for key, movement in told.items():
        mine = known.get(key)
        if mine is None and since <= movement.occurred_at < until:
            found.append(_difference("missing_here", key, mine=None, theirs=movement))
        elif mine is not None and (
            mine.amount_minor != movement.amount.minor or mine.currency != movement.amount.currency
        ):
            found.append(_difference("amount_differs", key, mine=mine, theirs=movement))
    for key, mine in known.items():
        if key not in told and since <= mine.finished_at < until and key[0] in KINDS:
            found.append(_difference("missing_there", key, mine=mine, theirs=None))
    return found


KINDS: Final = frozenset({MovementKind.CAPTURE.value, MovementKind.REFUND.value})
"""What every gateway lists. Chargebacks are compared where it lists them."""


def _difference(
    problem: str, key: tuple[str, str], *, mine: OurMovement | None, theirs: Movement | None
) -> Difference:
    return Difference(
        problem=problem,
        kind=key[0],
        reference=key[1],
        ours_minor=mine.amount_minor if mine else None,
        theirs_minor=theirs.amount.minor if theirs else None,
        currency=mine.currency if mine else theirs.amount.currency if theirs else "",
        payment_id=mine.payment_id if mine else None,
    )


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
async def our_movements(
    tx: Tx, *, tenant_id: TenantId, gateway: str, since: datetime, until: datetime
) -> list[OurMovement]: ...


@sql
async def finish_reconciliation(
    tx: Tx,
    *,
    tenant_id: TenantId,
    reconciliation_id: ReconciliationId,
    status: str,
    movements: int,
    differences: list[Any],
    error_message: str | None,
) -> Reconciliation: ...
