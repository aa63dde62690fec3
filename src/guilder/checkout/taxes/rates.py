"""Tax rates: set up, changed, taken away, and found again."""

from decimal import Decimal

import msgspec
from msgspec import UNSET

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .rate import TaxRate, TaxRateChanges, TaxRateId


class TaxRateNotFound(Problem, status=404):
    """There is no such tax rate."""


class TaxRateExists(Problem, status=409):
    """This place has a rate of this name for this category."""


class NewTaxRate(msgspec.Struct, frozen=True, kw_only=True):
    """What a place asks for."""

    name: str
    country: str
    region: str | None
    category: str
    percentage: Decimal
    is_inclusive: bool
    is_active: bool


async def create_tax_rate(tx: Tx, new: NewTaxRate) -> TaxRate:
    """Ask for a tax where goods go to this place."""
    created = await insert_tax_rate(tx, **msgspec.structs.asdict(new))
    if created is None:
        raise TaxRateExists
    return created


async def change_tax_rate(tx: Tx, rate_id: TaxRateId, changes: TaxRateChanges) -> TaxRate:
    """Ask for another tax from now on. What was ordered stays as it is."""
    before = await lock_tax_rate(tx, tenant_id=tx.tenant_id, rate_id=rate_id)
    if before is None:
        raise TaxRateNotFound
    wanted = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not UNSET
    }
    after = msgspec.structs.replace(before, **wanted)
    return await update_tax_rate(
        tx,
        tenant_id=tx.tenant_id,
        rate_id=rate_id,
        percentage=after.percentage,
        is_inclusive=after.is_inclusive,
        is_active=after.is_active,
    )


async def remove_tax_rate(tx: Tx, rate_id: TaxRateId) -> None:
    """Ask for it no more."""
    if await delete_tax_rate(tx, tenant_id=tx.tenant_id, rate_id=rate_id) is None:
        raise TaxRateNotFound


async def tax_rate_by_id(tx: Tx, rate_id: TaxRateId) -> TaxRate:
    """One rate of the tenant."""
    found = await find_tax_rate(tx, tenant_id=tx.tenant_id, rate_id=rate_id)
    if found is None:
        raise TaxRateNotFound
    return found


@sql
async def insert_tax_rate(
    tx: Tx,
    *,
    name: str,
    country: str,
    region: str | None,
    category: str,
    percentage: Decimal,
    is_inclusive: bool,
    is_active: bool,
) -> TaxRate | None: ...


@sql
async def lock_tax_rate(tx: Tx, *, tenant_id: TenantId, rate_id: TaxRateId) -> TaxRate | None: ...


@sql
async def update_tax_rate(
    tx: Tx,
    *,
    tenant_id: TenantId,
    rate_id: TaxRateId,
    percentage: Decimal,
    is_inclusive: bool,
    is_active: bool,
) -> TaxRate: ...


@sql
async def delete_tax_rate(
    tx: Tx, *, tenant_id: TenantId, rate_id: TaxRateId
) -> TaxRateId | None: ...


@sql
async def find_tax_rate(tx: Tx, *, tenant_id: TenantId, rate_id: TaxRateId) -> TaxRate | None: ...


@sql
async def newest_tax_rates(
    tx: Tx,
    *,
    tenant_id: TenantId,
    country: str | None,
    region: str | None,
    before: TaxRateId | None,
    most: int,
) -> list[TaxRate]: ...
