"""Shipping options: set up, changed, and found again."""

from typing import Any

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId, currency

from .option import OptionChanges, ShippingOption, ShippingOptionId


class ShippingOptionNotFound(Problem, status=404):
    """There is no such shipping option."""


class WeightsNotInOrder(Problem, status=422):
    """A parcel cannot be heavier than the lightest and lighter than the heaviest at once."""


class NewOption(msgspec.Struct, frozen=True, kw_only=True):
    """A way for goods to travel."""

    name: str
    countries: list[str] | None
    min_weight_grams: int | None
    max_weight_grams: int | None
    currency: str
    amount_minor: int
    free_from_minor: int | None
    tax_category: str
    delivery_days: int | None
    position: int
    is_active: bool
    metadata: dict[str, Any]


async def create_option(tx: Tx, new: NewOption) -> ShippingOption:
    """Offer a way for goods to travel."""
    currency(new.currency)
    _refuse_disorder(new.min_weight_grams, new.max_weight_grams)
    return await insert_option(tx, **msgspec.structs.asdict(new))


async def change_option(
    tx: Tx, option_id: ShippingOptionId, changes: OptionChanges
) -> ShippingOption:
    """Offer it in another way from now on. What was ordered stays as it is."""
    before = await lock_option(tx, tenant_id=tx.tenant_id, option_id=option_id)
    if before is None:
        raise ShippingOptionNotFound
    after = changes.applied_to(before)
    _refuse_disorder(after.min_weight_grams, after.max_weight_grams)
    fields = msgspec.structs.asdict(after)
    for kept in ("id", "currency", "created_at", "updated_at"):
        del fields[kept]
    return await update_option(tx, tenant_id=tx.tenant_id, option_id=option_id, **fields)


def _refuse_disorder(lightest: int | None, heaviest: int | None) -> None:
    if heaviest is not None and (lightest or 0) > heaviest:
        raise WeightsNotInOrder


async def option_by_id(tx: Tx, option_id: ShippingOptionId) -> ShippingOption:
    """One option of the tenant."""
    found = await find_option(tx, tenant_id=tx.tenant_id, option_id=option_id)
    if found is None:
        raise ShippingOptionNotFound
    return found


@sql
async def insert_option(
    tx: Tx,
    *,
    name: str,
    countries: list[str] | None,
    min_weight_grams: int | None,
    max_weight_grams: int | None,
    currency: str,
    amount_minor: int,
    free_from_minor: int | None,
    tax_category: str,
    delivery_days: int | None,
    position: int,
    is_active: bool,
    metadata: dict[str, Any],
) -> ShippingOption: ...


@sql
async def lock_option(
    tx: Tx, *, tenant_id: TenantId, option_id: ShippingOptionId
) -> ShippingOption | None: ...


@sql
async def update_option(
    tx: Tx,
    *,
    tenant_id: TenantId,
    option_id: ShippingOptionId,
    name: str,
    countries: list[str] | None,
    min_weight_grams: int | None,
    max_weight_grams: int | None,
    amount_minor: int,
    free_from_minor: int | None,
    tax_category: str,
    delivery_days: int | None,
    position: int,
    is_active: bool,
    metadata: dict[str, Any],
) -> ShippingOption: ...


@sql
async def find_option(
    tx: Tx, *, tenant_id: TenantId, option_id: ShippingOptionId
) -> ShippingOption | None: ...


@sql
async def newest_options(
    tx: Tx,
    *,
    tenant_id: TenantId,
    active: bool | None,
    before: ShippingOptionId | None,
    most: int,
) -> list[ShippingOption]: ...
