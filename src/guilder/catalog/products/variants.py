"""Variants: a product gets one more form, or one of them changes."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from guilder.catalog.inventory import NewStock, begin_counting
from guilder.catalog.prices import NewPrice, PriceKind, refuse_odd_price, write_prices
from guilder.catalog.product import Product, ProductId
from guilder.catalog.variant import (
    Variant,
    VariantChanges,
    VariantCreated,
    VariantId,
    VariantNotFound,
    VariantUpdated,
)
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .options import refuse_options
from .search import learn_words, words_of

MOST_VARIANTS: Final = 250
SKU_CHARACTERS: Final = 12
"""Of an id, where no SKU is named: fewer than any card number has."""


class ProductNotFound(Problem, status=404):
    """There is no such product."""


class SkuTaken(Problem, status=409):
    """Another variant has this SKU, however it is spelled."""

    sku: str


class TooManyVariants(Problem, status=422):
    """A product has so many variants at most."""

    maximum: int = MOST_VARIANTS


class PriceGivenTwice(Problem, status=422):
    """A variant has one list price per currency."""

    currency: str


class NewVariant(msgspec.Struct, frozen=True, kw_only=True):
    """A form in which a product shall be sold."""

    sku: str | None = None
    name: str | None = None
    options: dict[str, str] = {}
    weight_grams: int | None = None
    is_active: bool = True
    metadata: dict[str, Any] = {}
    prices: Sequence[NewPrice] = ()
    stock: NewStock | None = None


async def add_variant(tx: Tx, product_id: ProductId, new: NewVariant) -> Variant:
    """Sell a product in one more form."""
    product = await hold_product(tx, product_id)
    before = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=[product_id])
    refuse_options(
        product.options,
        [(new.name, new.options)],
        beside=[(one.name, one.options) for one in before],
    )
    position = max((one.position for one in before), default=-1) + 1
    if len(before) >= MOST_VARIANTS:
        raise TooManyVariants
    ids = await fresh_ids(tx, count=1)
    (made,) = await write_variants(tx, product, [new], ids=ids, first=position)
    await learn_product(tx, product, [*before, made])
    return made


async def change_variant(tx: Tx, variant_id: VariantId, changes: VariantChanges) -> Variant:
    """Change what is named, and leave the rest as it was."""
    product = await hold_product(tx, (await variant_by_id(tx, variant_id)).product_id)
    all_ = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=[product.id])
    others = [one for one in all_ if one.id != variant_id]
    (before,) = (one for one in all_ if one.id == variant_id)
    wanted = changes.applied_to(before)
    refuse_options(
        product.options,
        [(wanted.name, wanted.options)],
        beside=[(one.name, one.options) for one in others],
    )
    sku = wanted.sku.strip()
    if sku != before.sku:
        await _refuse_taken(tx, sku, variant_id)
    changed = await update_variant(
        tx,
        tenant_id=tx.tenant_id,
        variant_id=variant_id,
        sku=sku,
        name=wanted.name,
        options=wanted.options,
        weight_grams=wanted.weight_grams,
        is_active=wanted.is_active,
        metadata=wanted.metadata,
    )
    if (changed.sku, changed.name) != (before.sku, before.name):
        await learn_product(tx, product, [*others, changed])
    tx.emit(VariantUpdated(changed.id, changed))
    return changed


async def write_variants(
    tx: Tx, product: Product, new: Sequence[NewVariant], *, ids: Sequence[UUID], first: int
) -> list[Variant]:
    """Write variants of a product that is held, or new, with their prices and stock."""
    variant_ids = [VariantId(one) for one in ids]
    skus = [
        (one.sku or variant_id.hex[-SKU_CHARACTERS:].upper()).strip()
        for one, variant_id in zip(new, variant_ids, strict=True)
    ]
    await _refuse_odd_prices(tx, new)
    await wait_for_skus(tx, tenant_id=tx.tenant_id, skus=skus)
    made = await insert_variants(
        tx,
        product_id=product.id,
        first=first,
        ids=variant_ids,
        skus=skus,
        names=[one.name for one in new],
        options=[one.options for one in new],
        weights=[one.weight_grams for one in new],
        are_active=[one.is_active for one in new],
        metadatas=[one.metadata for one in new],
    )
    written = {one.id for one in made}
    for variant_id, sku in zip(variant_ids, skus, strict=True):
        if variant_id not in written:
            raise SkuTaken(sku=sku)
    for one in made:
        tx.emit(VariantCreated(one.id, one))
    pairs = list(zip(variant_ids, new, strict=True))
    await write_prices(
        tx, [(variant_id, price) for variant_id, one in pairs for price in one.prices]
    )
    await begin_counting(tx, [(variant_id, one.stock) for variant_id, one in pairs if one.stock])
    return made


async def hold_product(tx: Tx, product_id: ProductId) -> Product:
    """Hold a product, so that what is decided of its variants stays true."""
    found = await lock_product(tx, tenant_id=tx.tenant_id, product_id=product_id)
    if found is None:
        raise ProductNotFound
    return found


async def learn_product(tx: Tx, product: Product, variants: Sequence[Variant]) -> None:
    """Have a product found by what it and its variants are called now."""
    texts = [product.name, *(text for one in variants for text in (one.sku, one.name))]
    await learn_words(tx, {product.id: words_of(texts)})


async def variant_by_id(tx: Tx, variant_id: VariantId) -> Variant:
    """One variant of the tenant."""
    found = await find_variant(tx, tenant_id=tx.tenant_id, variant_id=variant_id)
    if found is None:
        raise VariantNotFound
    return found


async def _refuse_odd_prices(tx: Tx, new: Sequence[NewVariant]) -> None:
    now = await tx.now()
    for one in new:
        listed: set[str] = set()
        for price in one.prices:
            refuse_odd_price(price, now)
            if price.kind is PriceKind.LIST:
                if price.currency in listed:
                    raise PriceGivenTwice(currency=price.currency)
                listed.add(price.currency)


async def _refuse_taken(tx: Tx, sku: str, variant_id: VariantId) -> None:
    """An import may write any SKU, and is waited for; so is who takes just this one."""
    await wait_for_imports(tx, tenant_id=tx.tenant_id)
    await wait_for_skus(tx, tenant_id=tx.tenant_id, skus=[sku])
    holder = await variant_with_sku(tx, tenant_id=tx.tenant_id, sku=sku)
    if holder not in {None, variant_id}:
        raise SkuTaken(sku=sku)


@sql
async def fresh_ids(tx: Tx, *, count: int) -> list[UUID]: ...


@sql
async def lock_product(tx: Tx, *, tenant_id: TenantId, product_id: ProductId) -> Product | None: ...


@sql
async def variants_of(
    tx: Tx, *, tenant_id: TenantId, product_ids: list[ProductId]
) -> list[Variant]: ...


@sql
async def find_variant(tx: Tx, *, tenant_id: TenantId, variant_id: VariantId) -> Variant | None: ...


@sql
async def variant_with_sku(tx: Tx, *, tenant_id: TenantId, sku: str) -> VariantId | None: ...


@sql
async def wait_for_skus(tx: Tx, *, tenant_id: TenantId, skus: list[str]) -> None: ...


@sql
async def wait_for_imports(tx: Tx, *, tenant_id: TenantId) -> None: ...


@sql
async def insert_variants(
    tx: Tx,
    *,
    product_id: ProductId,
    first: int,
    ids: list[VariantId],
    skus: list[str],
    names: list[str | None],
    options: list[Any],
    weights: list[int | None],
    are_active: list[bool],
    metadatas: list[Any],
) -> list[Variant]: ...


@sql
async def update_variant(
    tx: Tx,
    *,
    tenant_id: TenantId,
    variant_id: VariantId,
    sku: str,
    name: str | None,
    options: dict[str, str],
    weight_grams: int | None,
    is_active: bool,
    metadata: dict[str, Any],
) -> Variant: ...
