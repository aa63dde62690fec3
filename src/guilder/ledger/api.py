"""The ledger API: accounts, entries, and whether it all balances."""

from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.db import Tx
from guilder.http import Listing, Page, get

from .balances import Balance, TrialLine, balances, trial_balance
from .entry import Entry
from .journals import newest_entries, newest_entries_of_account

Kind = Annotated[str, Meta(max_length=40, examples=["customer", "gateway"])]
Owner = Annotated[str, Meta(max_length=100, examples=["sandbox"])]
Unit = Annotated[str, Meta(max_length=70, examples=["EUR"])]


class AccountName(msgspec.Struct, frozen=True):
    """Which account it is."""

    kind: Kind
    owner: Owner


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account in one unit: what came in, what went out, and what of it is promised."""

    kind: Kind
    owner: Owner
    unit: Unit
    incoming: int
    outgoing: int
    balance: int
    held: Annotated[int, Meta(description="Promised to others, and not yet moved.")]


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An amount that one account gave and another received."""

    journal_id: Annotated[UUID, Meta(description="The same for all moves of one event.")]
    line: int
    unit: Unit
    amount: int
    source: AccountName
    target: AccountName
    reason: Annotated[str, Meta(examples=["capture"])]
    subject_id: Annotated[UUID, Meta(description="The payment, or what else caused it.")]
    reverses: UUID | None
    created_at: datetime


class KindTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts of one kind, added up."""

    kind: Kind
    accounts: int
    incoming: int
    outgoing: int
    balance: int


class UnitTotal(msgspec.Struct, frozen=True, kw_only=True):
    """All accounts in one unit: what came in is what went out."""

    unit: Unit
    incoming: int
    outgoing: int
    is_balanced: Annotated[bool, Meta(examples=[True])]
    kinds: list[KindTotal]


class TrialBalance(msgspec.Struct, frozen=True):
    """The whole ledger, by unit."""

    data: list[UnitTotal]


@get("/v1/ledger/accounts", "ledger:read")
async def list_accounts(
    tx: Tx,
    page: Page,
    *,
    kind: Kind | None = None,
    owner: Owner | None = None,
    unit: Unit | None = None,
) -> Listing[AccountView]:
    """List accounts with their balances, by kind, owner and unit."""
    after = page.after(tuple[str, str, str]) or (None, None, None)
    found = await balances(
        tx,
        tenant_id=tx.tenant_id,
        kind=kind,
        owner=owner,
        unit=unit,
        after_kind=after[0],
        after_owner=after[1],
        after_unit=after[2],
        most=page.most,
    )
    return page.listing(found, at=lambda one: (one.kind, one.owner, one.unit), show=_account)


@get("/v1/ledger/entries", "ledger:read")
async def list_entries(
    tx: Tx,
    page: Page,
    *,
    unit: Unit | None = None,
    journal_id: UUID | None = None,
    subject_id: UUID | None = None,
) -> Listing[EntryView]:
    """List entries, newest first, perhaps those of one event or one payment."""
    before = page.after(tuple[UUID, int]) or (None, None)
    found = await newest_entries(
        tx,
        tenant_id=tx.tenant_id,
        unit=unit,
        journal_id=journal_id,
        subject_id=subject_id,
        before_journal=before[0],
        before_line=before[1],
        most=page.most,
    )
    return page.listing(found, at=lambda one: (one.journal_id, one.line), show=_entry)


@get("/v1/ledger/accounts/{kind}/{unit}/entries", "ledger:read")
async def list_entries_of_account(
    tx: Tx, page: Page, *, kind: Kind, unit: Unit, owner: Owner = ""
) -> Listing[EntryView]:
    """List what an account gave and received, newest first."""
    before = page.after(tuple[UUID, int]) or (None, None)
    found = await newest_entries_of_account(
        tx,
        tenant_id=tx.tenant_id,
        kind=kind,
        owner=owner,
        unit=unit,
        before_journal=before[0],
        before_line=before[1],
        most=page.most,
    )
    return page.listing(found, at=lambda one: (one.journal_id, one.line), show=_entry)


@get("/v1/ledger/trial-balance", "ledger:read")
async def show_trial_balance(tx: Tx) -> TrialBalance:
    """Add up every account: in each unit, what came in is what went out."""
    lines = await trial_balance(tx, tenant_id=tx.tenant_id)
    by_unit = groupby(lines, key=lambda line: line.unit)
    return TrialBalance([_unit_total(unit, list(of_unit)) for unit, of_unit in by_unit])


def _account(found: Balance) -> AccountView:
    return AccountView(
        kind=found.kind,
        owner=found.owner,
        unit=found.unit,
        incoming=int(found.incoming_minor),
        outgoing=int(found.outgoing_minor),
        balance=int(found.incoming_minor - found.outgoing_minor),
        held=int(found.held_minor),
    )


def _entry(found: Entry) -> EntryView:
    return EntryView(
        journal_id=found.journal_id,
        line=found.line,
        unit=found.unit,
        amount=found.amount_minor,
        source=AccountName(found.source_kind, found.source_owner),
        target=AccountName(found.target_kind, found.target_owner),
        reason=found.reason,
        subject_id=found.subject_id,
        reverses=found.reverses,
        created_at=found.created_at,
    )


def _unit_total(unit: str, lines: list[TrialLine]) -> UnitTotal:
    incoming = sum((line.incoming_minor for line in lines), Decimal(0))
    outgoing = sum((line.outgoing_minor for line in lines), Decimal(0))
    return UnitTotal(
        unit=unit,
        incoming=int(incoming),
        outgoing=int(outgoing),
        is_balanced=incoming == outgoing,
        kinds=[
            KindTotal(
                kind=line.kind,
                accounts=line.accounts,
                incoming=int(line.incoming_minor),
                outgoing=int(line.outgoing_minor),
                balance=int(line.incoming_minor - line.outgoing_minor),
            )
            for line in lines
        ],
    )


ENDPOINTS = (list_accounts, list_entries, list_entries_of_account, show_trial_balance)
