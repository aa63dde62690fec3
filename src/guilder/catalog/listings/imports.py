"""Imports: a listing changes the catalog as a whole, or not at all.

Lines find their variants by SKU. First everything is read and planned, then it is written, in
few statements of many rows each, within the transaction of whoever asked.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec

from guilder.catalog.inventory import stock_of
from guilder.catalog.prices import listed_prices
from guilder.catalog.product import Product, ProductId
from guilder.catalog.products.variants import fresh_ids, variants_of
from guilder.catalog.variant import Variant
from guilder.db import Tx, sql
from guilder.kernel import Fact, Problem, TenantId

from .lines import Line, RefusedLine, read_lines
from .plan import Difference, Known, PlannedProduct, difference, plan
from .writing import Progress, chunks, nobody, write

MOST_REFUSED: Final = 1_000


class ImportRefused(Problem, status=422):
    """Nothing was imported, since some lines cannot be."""

    lines: int
    refused_lines: int
    refused: list[RefusedLine]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import did, or would do."""

    lines: int
    products_created: int
    products_changed: int
    variants_created: int
    variants_changed: int
    prices_changed: int
    stock_changed: int
    dry_run: bool


class CatalogImported(Fact, frozen=True):
    """A listing was imported. Its products, prices and stock are not told one by one."""

    name: ClassVar[str] = "catalog.imported"
    data: Imported


async def import_listing(
    tx: Tx, text: str, *, dry_run: bool = False, progress: Progress = nobody
) -> Imported:
    """Bring the catalog to what the listing says. What it leaves empty stays as it is."""
    read = list(read_lines(text))
    lines = [one for one in read if isinstance(one, Line)]
    await hold_imports(tx, tenant_id=tx.tenant_id)
    products, not_possible = plan(lines, await _known(tx, lines, progress=progress))
    refused = [*(one for one in read if isinstance(one, RefusedLine)), *not_possible]
    if refused:
        refused.sort(key=lambda one: one.line)
        raise ImportRefused(
            lines=len(read), refused_lines=len(refused), refused=refused[:MOST_REFUSED]
        )
    made = await _difference(tx, products)
    told = _told(made, lines=len(lines), dry_run=dry_run)
    if not dry_run:
        await write(tx, made, progress=progress)
        (import_id,) = await fresh_ids(tx, count=1)
        tx.emit(CatalogImported(import_id, told))
    return told


def _told(made: Difference, *, lines: int, dry_run: bool) -> Imported:
    return Imported(
        lines=lines,
        products_created=len(made.new_products),
        products_changed=len(made.changed_products),
        variants_created=len(made.new_variants),
        variants_changed=len(made.changed_variants),
        prices_changed=len(made.prices),
        stock_changed=len(made.stock),
        dry_run=dry_run,
    )


async def _known(tx: Tx, lines: Sequence[Line], *, progress: Progress) -> Known:
    """What there is of what the lines name; the products are held, so that it stays so."""
    skus = list({one.product or one.sku for one in lines} | {one.sku for one in lines})
    folded: dict[str, str] = {}
    by_sku: dict[str, Variant] = {}
    products: dict[ProductId, Product] = {}
    variants: dict[ProductId, list[Variant]] = defaultdict(list)
    for done, chunk in chunks(skus):
        progress("Looking up", done, len(skus))
        folded.update(zip(chunk, await fold_skus(tx, skus=chunk), strict=True))
        found = await variants_with_skus(
            tx, tenant_id=tx.tenant_id, folded=[folded[sku] for sku in chunk]
        )
        ids = list({one.product_id for one in found} - products.keys())
        held = await lock_products(tx, tenant_id=tx.tenant_id, ids=ids)
        products.update((one.id, one) for one in held)
        for one in await variants_of(tx, tenant_id=tx.tenant_id, product_ids=ids):
            variants[one.product_id].append(one)
    every = [one for found in variants.values() for one in found]
    for _, some in chunks([one.sku for one in every]):
        folded.update(zip(some, await fold_skus(tx, skus=some), strict=True))
    by_sku.update((folded[one.sku], one) for one in every)
    return Known(folded, by_sku, products, variants)


async def _difference(tx: Tx, products: Sequence[PlannedProduct]) -> Difference:
    """What is to be written, beside what costs and numbers there are."""
    there = [one.before.id for product in products for one in product.variants if one.before]
    amounts, counted = {}, {}
    for _, chunk in chunks(there):
        for price in await listed_prices(tx, tenant_id=tx.tenant_id, variant_ids=chunk):
            amounts[price.variant_id, str(price.currency)] = price.unit_amount_decimal
        for stock in await stock_of(tx, tenant_id=tx.tenant_id, variant_ids=chunk):
            counted[stock.variant_id] = stock
    return difference(products, amounts, counted)


@sql
async def hold_imports(tx: Tx, *, tenant_id: TenantId) -> None: ...


@sql
async def fold_skus(tx: Tx, *, skus: list[str]) -> list[str]: ...


@sql
async def variants_with_skus(
    tx: Tx, *, tenant_id: TenantId, folded: list[str]
) -> list[Variant]: ...


@sql
async def lock_products(tx: Tx, *, tenant_id: TenantId, ids: list[ProductId]) -> list[Product]: ...
