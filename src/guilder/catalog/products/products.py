"""Products: made with their variants, changed, found again, and shown whole."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from guilder.catalog.inventory import Stock, stock_of
from guilder.catalog.prices import Price, standing_prices
from guilder.catalog.product import (
    BillingType,
    Product,
    ProductChanges,
    ProductCreated,
    ProductId,
    ProductUpdated,
)
from guilder.catalog.variant import Variant
from guilder.db import Tx, sql
from guilder.kernel import TenantId, currency

from .options import refuse_options
from .room import require_room_for_products
from .settlement import refuse_asset
from .variants import (
    MOST_VARIANTS,
    NewVariant,
    ProductNotFound,
    TooManyVariants,
    fresh_ids,
    hold_product,
    learn_product,
    variants_of,
    write_variants,
)


class NewProduct(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be sold, and in which forms: one at least."""

    name: str
    description: str | None = None
    billing_type: BillingType = BillingType.ONE_TIME
    is_active: bool = True
    currency: str | None = None
    settlement_asset: str | None = None
    tax_category: str = "standard"
    options: Sequence[str] = ()
    images: Sequence[str] = ()
    metadata: dict[str, Any] = {}
    variants: Sequence[NewVariant] = (NewVariant(),)


class WholeVariant(msgspec.Struct, frozen=True):
    """A variant with what it costs, and how many there are where that is counted."""

    variant: Variant
    prices: list[Price]
    stock: Stock | None


class WholeProduct(msgspec.Struct, frozen=True):
    """A product with all of its variants."""

    product: Product
    variants: list[WholeVariant]


async def create_product(tx: Tx, new: NewProduct) -> Product:
    """Begin to sell something, in one form or several."""
    refuse_odd_product(new.currency, new.settlement_asset)
    refuse_options(new.options, [(one.name, one.options) for one in new.variants])
    if len(new.variants) > MOST_VARIANTS:
        raise TooManyVariants
    first, *ids = await fresh_ids(tx, count=1 + len(new.variants))
    made = await insert_product(
        tx,
        id=ProductId(first),
        name=new.name,
        description=new.description,
        billing_type=new.billing_type,
        is_active=new.is_active,
        currency=new.currency,
        settlement_asset=new.settlement_asset,
        tax_category=new.tax_category,
        options=list(new.options),
        images=list(new.images),
        metadata=new.metadata,
    )
    if made.is_active:
        await require_room_for_products(tx)
    tx.emit(ProductCreated(made.id, made))
    variants = await write_variants(tx, made, new.variants, ids=ids, first=0)
    await learn_product(tx, made, variants)
    return made


async def change_product(tx: Tx, product_id: ProductId, changes: ProductChanges) -> Product:
    """Change what is named, and leave the rest as it was."""
    before = await hold_product(tx, product_id)
    wanted = changes.applied_to(before)
    refuse_odd_product(wanted.currency, wanted.settlement_asset)
    changed = await update_product(
        tx,
        tenant_id=tx.tenant_id,
        product_id=product_id,
        name=wanted.name,
        description=wanted.description,
        billing_type=wanted.billing_type,
        is_active=wanted.is_active,
        currency=wanted.currency,
        settlement_asset=wanted.settlement_asset,
        tax_category=wanted.tax_category,
        images=wanted.images,
        metadata=wanted.metadata,
    )
    if changed.is_active and not before.is_active:
        await require_room_for_products(tx)
    if changed.name != before.name:
        variants = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=[product_id])
        await learn_product(tx, changed, variants)
    tx.emit(ProductUpdated(changed.id, changed))
    return changed


async def product_by_id(tx: Tx, product_id: ProductId) -> Product:
    """One product of the tenant."""
    found = await find_product(tx, tenant_id=tx.tenant_id, product_id=product_id)
    if found is None:
        raise ProductNotFound
    return found


async def whole(tx: Tx, products: Sequence[Product]) -> list[WholeProduct]:
    """Products with their variants, what these cost now, and how many there are."""
    ids = [product.id for product in products]
    found = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=ids)
    variants = defaultdict(list)
    for one in await whole_variants(tx, found):
        variants[one.variant.product_id].append(one)
    return [WholeProduct(product, variants[product.id]) for product in products]


async def whole_variants(tx: Tx, variants: Sequence[Variant]) -> list[WholeVariant]:
    """Variants with what they cost now, and how many there are."""
    ids = [variant.id for variant in variants]
    prices = defaultdict(list)
    for price in await standing_prices(tx, tenant_id=tx.tenant_id, variant_ids=ids):
        prices[price.variant_id].append(price)
    stock = {
        one.variant_id: one for one in await stock_of(tx, tenant_id=tx.tenant_id, variant_ids=ids)
    }
    return [WholeVariant(one, prices[one.id], stock.get(one.id)) for one in variants]


def refuse_odd_product(code: str | None, asset: str | None) -> None:
    """Refuse a currency or an asset that is none."""
    if code is not None:
        currency(code)
    refuse_asset(asset)


@sql
async def insert_product(
    tx: Tx,
    *,
    id: ProductId,  # noqa: A002 - the column's name
    name: str,
    description: str | None,
    billing_type: BillingType,
    is_active: bool,
    currency: str | None,
    settlement_asset: str | None,
    tax_category: str,
    options: list[str],
    images: list[str],
    metadata: dict[str, Any],
) -> Product: ...


@sql
async def update_product(
    tx: Tx,
    *,
    tenant_id: TenantId,
    product_id: ProductId,
    name: str,
    description: str | None,
    billing_type: BillingType,
    is_active: bool,
    currency: str | None,
    settlement_asset: str | None,
    tax_category: str,
    images: list[str],
    metadata: dict[str, Any],
) -> Product: ...


@sql
async def find_product(tx: Tx, *, tenant_id: TenantId, product_id: ProductId) -> Product | None: ...


@sql
async def newest_products(
    tx: Tx,
    *,
    tenant_id: TenantId,
    is_active: bool | None,
    billing_type: BillingType | None,
    sku: str | None,
    word: str | None,
    beyond: str | None,
    others: list[str] | None,
    others_beyond: list[str] | None,
    before: ProductId | None,
    most: int,
) -> list[Product]: ...
