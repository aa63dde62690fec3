"""The agreement API: whether our books agree, among themselves and with the gateways'."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import Listing, Page, get, post
from guilder.payments.gateways import GatewayNotConfigured, GatewayNotKnown, account_named
from guilder.payments.routing import SANDBOX

from .check import Disagreement, Extent, Findings
from .checks import (
    LedgerCheck,
    LedgerCheckId,
    LedgerCheckNotFound,
    LedgerCheckStatus,
    LedgerTooLarge,
    check_at_once,
    check_by_id,
    start_check,
)
from .comparison import MOST_DIFFERENCES, Difference
from .reconciliation import (
    Reconciliation,
    ReconciliationId,
    ReconciliationNotFound,
    ReconciliationStatus,
    SpanNotValid,
    newest_reconciliations,
    reconciliation_by_id,
    start,
)

Instant = Annotated[datetime, Meta(tz=True)]


class AccountDrift(msgspec.Struct, frozen=True, kw_only=True):
    """An account whose balance is not the sum of its entries."""

    kind: str
    owner: str
    unit: str
    balance: int
    entries: int


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of the books has found."""

    agrees: Annotated[
        bool, Meta(description="Payments, transactions and ledger agree.", examples=[True])
    ]
    checked: Extent
    against_transactions: Annotated[list[Disagreement], Meta(examples=[[]])]
    against_ledger: Annotated[list[Disagreement], Meta(examples=[[]])]
    drifts: Annotated[list[AccountDrift], Meta(examples=[[]])]


class LedgerCheckView(msgspec.Struct, frozen=True, kw_only=True):
    """A check in the background. It has a report when it is finished."""

    id: LedgerCheckId
    status: LedgerCheckStatus
    report: CheckView | None
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when to when."""

    since: Instant
    until: Instant


class ReconciliationView(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway's list beside ours."""

    id: ReconciliationId
    gateway: str
    since: datetime
    until: datetime
    status: ReconciliationStatus
    movements: Annotated[int, Meta(description="How many the gateway listed.")]
    differences: Annotated[list[Difference], Meta(examples=[[]])]
    difference_count: Annotated[
        int, Meta(description=f"How many there are; {MOST_DIFFERENCES} are shown.", examples=[0])
    ]
    error_message: str | None
    created_at: datetime
    finished_at: datetime | None


@get("/v1/ledger/check", "ledger:read", problems=(LedgerTooLarge,))
async def check_ledger(tx: Tx) -> CheckView:
    """Prove at once that payments, their transactions, refunds and the ledger agree."""
    return show_findings(await check_at_once(tx))


@post("/v1/ledger/checks", "ledger:read", status=202)
async def start_ledger_check(tx: Tx) -> LedgerCheckView:
    """Have books of any size checked. It is done in the background, once at a time."""
    return show_check(await start_check(tx))


@get("/v1/ledger/checks/{check_id}", "ledger:read", problems=(LedgerCheckNotFound,))
async def show_ledger_check(tx: Tx, check_id: UUID) -> LedgerCheckView:
    """Look at one check and what it found."""
    return show_check(await check_by_id(tx, LedgerCheckId(check_id)))


@post(
    "/v1/gateways/{name}/reconciliations",
    "gateways:write",
    status=202,
    problems=(GatewayNotKnown, GatewayNotConfigured, SpanNotValid),
)
async def start_reconciliation(tx: Tx, name: str, body: Span) -> ReconciliationView:
    """Have a gateway's list compared with ours. It is done in the background."""
    if name != SANDBOX:
        await account_named(tx, name)
    return show(await start(tx, name, body.since, until=body.until))


@get("/v1/gateways/{name}/reconciliations", "gateways:read")
async def list_reconciliations(tx: Tx, page: Page, *, name: str) -> Listing[ReconciliationView]:
    """List comparisons, newest first."""
    found = await newest_reconciliations(
        tx,
        tenant_id=tx.tenant_id,
        gateway=name,
        before=page.after(ReconciliationId),
        most=page.most,
    )
    return page.listing(found, at=lambda one: one.id, show=show)


@get(
    "/v1/reconciliations/{reconciliation_id}",
    "gateways:read",
    problems=(ReconciliationNotFound,),
)
async def show_reconciliation(tx: Tx, reconciliation_id: UUID) -> ReconciliationView:
    """Look at one comparison and what it found."""
    return show(await reconciliation_by_id(tx, ReconciliationId(reconciliation_id)))


def show(found: Reconciliation) -> ReconciliationView:
    """A reconciliation as callers see it."""
    return ReconciliationView(**msgspec.structs.asdict(found))


def show_check(found: LedgerCheck) -> LedgerCheckView:
    """A check as callers see it."""
    return LedgerCheckView(
        id=found.id,
        status=found.status,
        report=show_findings(found.findings) if found.findings else None,
        error_message=found.error_message,
        created_at=found.created_at,
        finished_at=found.finished_at,
    )


def show_findings(found: Findings) -> CheckView:
    """What was found, as callers see it."""
    drifts = [
        AccountDrift(
            kind=one.kind,
            owner=one.owner,
            unit=one.unit,
            balance=int(one.balance_minor),
            entries=int(one.entries_minor),
        )
        for one in found.drifts
    ]
    return CheckView(
        agrees=found.agrees,
        checked=found.extent,
        against_transactions=found.against_transactions,
        against_ledger=found.against_ledger,
        drifts=drifts,
    )


ENDPOINTS = (
    check_ledger,
    start_ledger_check,
    show_ledger_check,
    start_reconciliation,
    list_reconciliations,
    show_reconciliation,
)
