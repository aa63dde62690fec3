"""The check: payments, their transactions and the ledger tell the same story."""

from uuid import UUID

import msgspec

from guilder import ledger
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.ledger import Drift

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
    against_transactions: list[Disagreement]
    against_ledger: list[Disagreement]
    drifts: list[Drift]

    @property
    def agrees(self) -> bool:
        return not (self.against_transactions or self.against_ledger or self.drifts)


async def check(tx: Tx) -> Findings:
    """Prove for the tenant that what was taken and given back is entered, and adds up."""
    return Findings(
        await extent(tx, tenant_id=tx.tenant_id),
        await against_transactions(tx, tenant_id=tx.tenant_id, most=MOST_SHOWN),
        await against_ledger(tx, tenant_id=tx.tenant_id, most=MOST_SHOWN),
        await ledger.drifts(tx, tenant_id=tx.tenant_id, most=MOST_SHOWN),
    )


@sql
async def extent(tx: Tx, *, tenant_id: TenantId) -> Extent: ...


@sql
async def against_transactions(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Disagreement]: ...


@sql
async def against_ledger(tx: Tx, *, tenant_id: TenantId, most: int) -> list[Disagreement]: ...
