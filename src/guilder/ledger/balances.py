"""Balances: what every account holds, and what of it is promised."""

from decimal import Decimal

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId


class Balance(msgspec.Struct, frozen=True):
    """What came into an account and went out of it in one unit, and what is on hold."""

    kind: str
    owner: str
    unit: str
    incoming_minor: Decimal
    outgoing_minor: Decimal
    held_minor: Decimal


class TrialLine(msgspec.Struct, frozen=True):
    """The accounts of one kind and unit, added up."""

    unit: str
    kind: str
    accounts: int
    incoming_minor: Decimal
    outgoing_minor: Decimal


class Drift(msgspec.Struct, frozen=True):
    """An account whose balance is not the sum of its entries."""

    kind: str
    owner: str
    unit: str
    balance_minor: Decimal
    entries_minor: Decimal


@sql
async def balances(
    tx: Tx,
    *,
    tenant_id: TenantId,
    kind: str | None,
    owner: str | None,
    unit: str | None,
    after_kind: str | None,
    after_owner: str | None,
    after_unit: str | None,
    most: int,
) -> list[Balance]: ...


@sql
async def trial_balance(tx: Tx, *, tenant_id: TenantId) -> list[TrialLine]: ...


@sql
async def drifts(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Drift]: ...
