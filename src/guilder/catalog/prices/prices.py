"""Prices: set, ended and looked up. What was asked once stays known."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from guilder.catalog.variant import VariantId, VariantNotFound
from guilder.db import Tx, sql
from guilder.kernel import Currency, Problem, TenantId, currency

from .price import Price, PriceChanged, PriceId, PriceKind


class PriceNotFound(Problem, status=404):
    """There is no such price."""


class PriceReplaced(Problem, status=409):
    """Another price has taken the place of this one, or it has been ended."""


class PriceTimesNotValid(Problem, status=422):
    """A sale ends, after it starts and not in the past; a list price stands from now on."""


class NewPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant shall cost."""

    currency: str
    unit_amount_decimal: Decimal
    kind: PriceKind = PriceKind.LIST
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    metadata: dict[str, Any] = {}


Asked = tuple[VariantId, NewPrice]


async def set_prices(tx: Tx, asked: Sequence[Asked]) -> list[Price]:
    """Set prices. A list price takes the place of the one before; the same again changes nothing.

    The variants are held, so of two who change a price at once the second replaces the first's.
    """
    now = await tx.now()
    for _, new in asked:
        refuse_odd_price(new, now)
    variant_ids = list({variant_id for variant_id, _ in asked})
    if len(await lock_variants(tx, tenant_id=tx.tenant_id, ids=variant_ids)) < len(variant_ids):
        raise VariantNotFound
    standing = {
        (one.variant_id, one.currency): one
        for one in await listed_prices(tx, tenant_id=tx.tenant_id, variant_ids=variant_ids)
    }
    same = [standing.get((variant_id, Currency(new.currency))) for variant_id, new in asked]
    changes = [
        one
        for one, old in zip(asked, same, strict=True)
        if old is None or not _is_same(one[1], old)
    ]
    made = iter(await write_prices(tx, changes))
    return [
        old if old is not None and _is_same(new, old) else next(made)
        for (_, new), old in zip(asked, same, strict=True)
    ]


async def write_prices(tx: Tx, asked: Sequence[Asked]) -> list[Price]:
    """Write prices of variants that are held, or new, and tell of each."""
    if not asked:
        return []
    listed = [(variant_id, new) for variant_id, new in asked if new.kind is PriceKind.LIST]
    await replace_prices(
        tx,
        tenant_id=tx.tenant_id,
        variant_ids=[variant_id for variant_id, _ in listed],
        currencies=[new.currency for _, new in listed],
    )
    made = await insert_prices(
        tx,
        variant_ids=[variant_id for variant_id, _ in asked],
        currencies=[new.currency for _, new in asked],
        amounts=[new.unit_amount_decimal for _, new in asked],
        kinds=[new.kind for _, new in asked],
        starts=[new.starts_at for _, new in asked],
        ends=[new.ends_at for _, new in asked],
        metadatas=[new.metadata for _, new in asked],
        created_by=str(tx.actor or ""),
    )
    for one in made:
        tx.emit(PriceChanged(one.variant_id, one))
    return made


async def end_price(tx: Tx, price_id: PriceId) -> Price:
    """End a price: a sale is over, and of a list price there is none until another is set."""
    ended = await stop_price(tx, tenant_id=tx.tenant_id, price_id=price_id)
    if ended is None:
        await price_by_id(tx, price_id)
        raise PriceReplaced
    tx.emit(PriceChanged(ended.variant_id, ended))
    return ended


async def price_by_id(tx: Tx, price_id: PriceId) -> Price:
    """A price that still stands."""
    found = await find_price(tx, tenant_id=tx.tenant_id, price_id=price_id)
    if found is None:
        raise PriceNotFound
    if found.replaced_at is not None:
        raise PriceReplaced
    return found


def refuse_odd_price(new: NewPrice, now: datetime) -> None:
    """Refuse a currency that is none, and times that make no sense."""
    currency(new.currency)
    starts, ends = new.starts_at, new.ends_at
    if new.kind is PriceKind.LIST:
        is_odd = starts is not None or ends is not None
    else:
        is_odd = ends is None or ends <= max(starts or now, now)
    if is_odd:
        raise PriceTimesNotValid


def _is_same(new: NewPrice, old: Price) -> bool:
    is_same_amount = new.unit_amount_decimal == old.unit_amount_decimal
    return new.kind is PriceKind.LIST and is_same_amount and new.metadata == old.metadata


@sql
async def lock_variants(
    tx: Tx, *, tenant_id: TenantId, ids: list[VariantId]
) -> list[VariantId]: ...


@sql
async def listed_prices(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId]
) -> list[Price]: ...


@sql
async def replace_prices(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId], currencies: list[str]
) -> None: ...


@sql
async def insert_prices(
    tx: Tx,
    *,
    variant_ids: list[VariantId],
    currencies: list[str],
    amounts: list[Decimal],
    kinds: list[PriceKind],
    starts: list[datetime | None],
    ends: list[datetime | None],
    metadatas: list[Any],
    created_by: str,
) -> list[Price]: ...


@sql
async def stop_price(tx: Tx, *, tenant_id: TenantId, price_id: PriceId) -> Price | None: ...


@sql
async def find_price(tx: Tx, *, tenant_id: TenantId, price_id: PriceId) -> Price | None: ...


@sql
async def standing_prices(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId]
) -> list[Price]: ...


@sql
async def newest_prices(
    tx: Tx,
    *,
    tenant_id: TenantId,
    variant_id: VariantId,
    currency: str | None,
    is_standing: bool | None,
    before: PriceId | None,
    most: int,
) -> list[Price]: ...
