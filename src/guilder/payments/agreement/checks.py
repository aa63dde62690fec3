"""Checks: the books of a large tenant, read in pieces by a job, and what was found.

A payment, its transactions and its entries are written together, so each piece
tells a true story, whenever it is read.
"""

from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import ClassVar, Final, NewType
from uuid import UUID

import msgspec

from guilder.db import Pool, TooSlow, Tx, sql, tenant_transaction, transact
from guilder.jobs import Hopeless, Job, enqueue
from guilder.kernel import Lifecycle, Move, Problem, TenantId
from guilder.payments.payment import PaymentId

from .check import EVERYTHING, Findings, Part, check, check_drifts, check_part, extent

LedgerCheckId = NewType("LedgerCheckId", UUID)

MOST_AT_ONCE: Final = 50_000
"""Payments, transactions or entries that are checked while a request waits."""

PIECE: Final = 10_000
LONGEST_STATEMENT: Final = "30min"
"""All entries are added up in one statement, so that the sums are of the balances' moment."""

GIVEN_UP: Final = timedelta(hours=4)
"""After so long nobody works on it any more: longer than all attempts of the job."""


class LedgerTooLarge(Problem, status=409):
    """These books are checked in the background: ask for it by POST /v1/ledger/checks."""

    most: int
    newest_check_id: UUID | None


class LedgerCheckNotFound(Problem, status=404):
    """There is no such check."""


class LedgerCheckStatus(StrEnum):
    """Whether the books were read to their end."""

    RUNNING = auto()
    FINISHED = auto()
    FAILED = auto()


S = LedgerCheckStatus


class LedgerCheckLife(Lifecycle, column="payments.ledger_check.status"):
    """Asked for, and read to the end or not."""

    finish = Move(S.RUNNING, to=S.FINISHED)
    fail = Move(S.RUNNING, to=S.FAILED)


class LedgerCheck(msgspec.Struct, frozen=True):
    """A check in the background, and what it found."""

    id: LedgerCheckId
    status: LedgerCheckStatus
    findings: Findings | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


class CheckLedger(Job, frozen=True):
    """Read the books, when nothing that somebody waits for is to be done."""

    name: ClassVar[str] = "payments.check_ledger"
    timeout_seconds: ClassVar[float] = 3600.0
    max_attempts: ClassVar[int] = 3
    priority: ClassVar[int] = 10

    check_id: LedgerCheckId


async def check_at_once(tx: Tx) -> Findings:
    """Check the books of a tenant that are small enough for it."""
    if await is_large(tx, tenant_id=tx.tenant_id, most=MOST_AT_ONCE):
        newest = await newest_check(tx, tenant_id=tx.tenant_id)
        raise LedgerTooLarge(most=MOST_AT_ONCE, newest_check_id=newest)
    return await check(tx)


async def start_check(tx: Tx) -> LedgerCheck:
    """Have the books checked; while that goes on, whoever asks again is shown the same.

    It may come to its end in between, and is shown as it ended.
    """
    await give_up(tx, tenant_id=tx.tenant_id, age=GIVEN_UP)
    begun = await insert_check(tx)
    if begun is None:
        return await latest_check(tx, tenant_id=tx.tenant_id)
    await enqueue(tx, CheckLedger(begun.id))
    return begun


async def check_by_id(tx: Tx, check_id: LedgerCheckId) -> LedgerCheck:
    """One check of the tenant."""
    found = await find_check(tx, tenant_id=tx.tenant_id, check_id=check_id)
    if found is None:
        raise LedgerCheckNotFound
    return found


async def check_ledger_later(pool: Pool, tenant_id: TenantId | None, job: CheckLedger) -> None:
    """Read the books to their end, and write down what was found."""
    if tenant_id is None:
        raise Hopeless("a check belongs to a tenant")
    async with tenant_transaction(pool, tenant_id) as tx:
        begun = await check_by_id(tx, job.check_id)
    if begun.status is not LedgerCheckStatus.RUNNING:
        return
    findings, error = None, None
    try:
        findings = await read_books(pool, tenant_id)
    except TooSlow:
        error = "the database took too long to add up the entries"

    async def write(tx: Tx) -> None:
        await finish_check(
            tx,
            tenant_id=tx.tenant_id,
            check_id=begun.id,
            status=S.FAILED if error else S.FINISHED,
            findings=findings,
            error_message=error,
        )

    await transact(pool, tenant_id, write)


async def read_books(pool: Pool, tenant_id: TenantId, *, piece: int = PIECE) -> Findings:
    """The check of all books, with a transaction for each piece of the payments."""
    async with tenant_transaction(pool, tenant_id) as tx:
        await allow_time(tx, longest=LONGEST_STATEMENT)
        found = Findings(await extent(tx, tenant_id=tx.tenant_id))
        found = await check_drifts(tx, found)
    part, is_last = EVERYTHING, False
    while not is_last:
        async with tenant_transaction(pool, tenant_id) as tx:
            upto = await end_of_piece(
                tx, tenant_id=tx.tenant_id, after=part.upto, earlier=piece - 1
            )
            part, is_last = Part(part.upto, upto), upto is None
            found = await check_part(tx, found, part)
    return found


@sql
async def is_large(tx: Tx, *, tenant_id: TenantId, most: int) -> bool: ...


@sql
async def newest_check(tx: Tx, *, tenant_id: TenantId) -> LedgerCheckId | None: ...


@sql
async def give_up(tx: Tx, *, tenant_id: TenantId, age: timedelta) -> None: ...


@sql
async def insert_check(tx: Tx) -> LedgerCheck | None: ...


@sql
async def latest_check(tx: Tx, *, tenant_id: TenantId) -> LedgerCheck: ...


@sql
async def find_check(
    tx: Tx, *, tenant_id: TenantId, check_id: LedgerCheckId
) -> LedgerCheck | None: ...


@sql
async def end_of_piece(
    tx: Tx, *, tenant_id: TenantId, after: PaymentId | None, earlier: int
) -> PaymentId | None: ...


@sql
async def allow_time(tx: Tx, *, longest: str) -> str: ...


@sql
async def finish_check(
    tx: Tx,
    *,
    tenant_id: TenantId,
    check_id: LedgerCheckId,
    status: str,
    findings: Findings | None,
    error_message: str | None,
) -> None: ...
