"""The check: payments, their transactions and the ledger tell the same story."""

from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from guilder import ledger
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.ledger import Drift
from guilder.payments.payment import PaymentId

MOST_SHOWN = 100


class Extent(msgspec.Struct, frozen=True):
    """How much was looked at."""

    payments: int
    transactions: int
    entries: int
    open_attempts: int


class Disagreement(msgspec.Struct, frozen=True):
    """A payment of which its own figure is not what its transactions, or the ledger, tell."""

    payment_id: UUID
    figure: str
    payment_minor: int
    told_minor: int


class Findings(msgspec.Struct, frozen=True):
    """What a check has found: nothing, if all is well."""

    extent: Extent
    against_transactions: list[Disagreement] = []
    against_ledger: list[Disagreement] = []
    drifts: list[Drift] = []

    @property
    def agrees(self) -> bool:
        return not (self.against_transactions or self.against_ledger or self.drifts)


class Part(msgspec.Struct, frozen=True):
    """The payments after one and up to another, by their ids; from the first or to the last."""

    after: PaymentId | None
    upto: PaymentId | None


EVERYTHING: Final = Part(None, None)


async def check(tx: Tx) -> Findings:
    """Prove for the tenant that what was taken and given back is entered, and adds up."""
    found = Findings(await extent(tx, tenant_id=tx.tenant_id))
    return await check_drifts(tx, await check_part(tx, found, EVERYTHING))


async def check_part(tx: Tx, found: Findings, part: Part) -> Findings:
    """What was found before, and what is found in a part of the payments."""
    by_transactions = await against_transactions(
        tx,
        tenant_id=tx.tenant_id,
        after=part.after,
        upto=part.upto,
        most=MOST_SHOWN - len(found.against_transactions),
    )
    by_ledger = await against_ledger(
        tx,
        tenant_id=tx.tenant_id,
        after=part.after,
        upto=part.upto,
        most=MOST_SHOWN - len(found.against_ledger),
    )
    return replace(
        found,
        against_transactions=found.against_transactions + by_transactions,
        against_ledger=found.against_ledger + by_ledger,
    )


async def check_drifts(tx: Tx, found: Findings) -> Findings:
    """What was found before, and which balances are not the sum of their entries."""
    drifts = await ledger.drifts(tx, tenant_id=tx.tenant_id, most=MOST_SHOWN)
    return replace(found, drifts=drifts)


@sql
async def extent(tx: Tx, *, tenant_id: TenantId) -> Extent: ...


@sql
async def against_transactions(
    tx: Tx, *, tenant_id: TenantId, after: PaymentId | None, upto: PaymentId | None, most: int
) -> list[Disagreement]: ...


@sql
async def against_ledger(
    tx: Tx, *, tenant_id: TenantId, after: PaymentId | None, upto: PaymentId | None, most: int
) -> list[Disagreement]: ...
