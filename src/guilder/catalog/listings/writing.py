"""Writing: what an import has planned becomes rows, thousands in each statement."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

from guilder.catalog.inventory import (
    Change,
    NewStock,
    Reason,
    adjust,
    allow_backorders,
    begin_counting,
)
from guilder.catalog.prices import PriceKind, insert_prices, replace_prices
from guilder.catalog.product import ProductId
from guilder.catalog.products.room import require_room_for_products
from guilder.catalog.products.search import insert_words, learn_words, words_of
from guilder.catalog.products.variants import SkuTaken, fresh_ids
from guilder.catalog.variant import VariantId
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .plan import Difference, PlannedPrice, PlannedProduct, PlannedVariant

CHUNK: Final = 5_000
NEW_LAST: Final = b"\xff" * 16
PRODUCT_COLUMNS: Final = {
    "names": "name",
    "descriptions": "description",
    "billing_types": "billing_type",
    "are_active": "is_active",
    "currencies": "currency",
    "assets": "settlement_asset",
    "tax_categories": "tax_category",
    "images": "images",
    "metadatas": "metadata",
}
VARIANT_COLUMNS: Final = {
    "names": "name",
    "options": "options",
    "weights": "weight_grams",
    "are_active": "is_active",
    "metadatas": "metadata",
}

T = TypeVar("T")
Progress = Callable[[str, int, int], None]


def nobody(_: str, __: int, ___: int) -> None:
    """Show no progress."""


def chunks(items: Sequence[T]) -> Iterator[tuple[int, list[T]]]:
    """Some at a time, and how many there were before."""
    for start in range(0, len(items), CHUNK):
        yield start, list(items[start : start + CHUNK])


async def write(tx: Tx, made: Difference, *, progress: Progress) -> None:
    """Write all of it: products, variants, prices, words, and last what others wait for: stock."""
    steps: list[tuple[str, Sequence[Any], Callable[[Tx, Any], Any]]] = [
        ("Writing products", made.new_products, _new_products),
        ("Changing products", made.changed_products, _changed_products),
        ("Writing variants", made.new_variants, _new_variants),
        ("Changing variants", made.changed_variants, _changed_variants),
        ("Setting prices", made.prices, _prices),
        ("Writing words", made.renamed, _words),
        ("Counting", sorted(made.stock, key=_turn), _stock),
    ]
    for title, items, step in steps:
        for done, chunk in chunks(items):
            progress(title, done, len(items))
            await step(tx, chunk)
    await require_room_for_products(tx)
    progress("Committing", 1, 1)


async def _new_products(tx: Tx, products: list[PlannedProduct]) -> None:
    ids = [ProductId(one) for one in await fresh_ids(tx, count=len(products))]
    for one, id_ in zip(products, ids, strict=True):
        one.id = id_
    columns = _columns([one.fields for one in products], PRODUCT_COLUMNS)
    await insert_products(tx, ids=ids, options=[_boxed(one.options) for one in products], **columns)


async def _changed_products(tx: Tx, products: list[PlannedProduct]) -> None:
    columns = _columns([one.fields for one in products], PRODUCT_COLUMNS)
    ids = [one.before.id for one in products if one.before]
    await update_products(tx, tenant_id=tx.tenant_id, ids=ids, **columns)


async def _new_variants(tx: Tx, new: list[tuple[PlannedProduct, PlannedVariant, int]]) -> None:
    ids = [VariantId(one) for one in await fresh_ids(tx, count=len(new))]
    for (_, one, _), id_ in zip(new, ids, strict=True):
        one.id = id_
    columns = _columns([one.fields for _, one, _ in new], VARIANT_COLUMNS)
    written = await insert_listed_variants(
        tx,
        ids=ids,
        product_ids=[product.id_now for product, _, _ in new],
        positions=[place for _, _, place in new],
        skus=[one.line.sku for _, one, _ in new],
        **columns,
    )
    if len(written) < len(new):
        missing = set(ids).difference(written)
        raise SkuTaken(sku=next(one.line.sku for _, one, _ in new if one.id in missing))


async def _changed_variants(tx: Tx, variants: list[PlannedVariant]) -> None:
    columns = _columns([one.fields for one in variants], VARIANT_COLUMNS)
    ids = [one.id_now for one in variants]
    await update_variants(tx, tenant_id=tx.tenant_id, ids=ids, **columns)


async def _prices(tx: Tx, prices: list[PlannedPrice]) -> None:
    variant_ids = [one.variant.id_now for one in prices]
    currencies = [one.currency for one in prices]
    await replace_prices(tx, tenant_id=tx.tenant_id, variant_ids=variant_ids, currencies=currencies)
    await insert_prices(
        tx,
        variant_ids=variant_ids,
        currencies=currencies,
        amounts=[one.amount for one in prices],
        kinds=[PriceKind.LIST] * len(prices),
        starts=[None] * len(prices),
        ends=[None] * len(prices),
        metadatas=[{}] * len(prices),
        created_by=str(tx.actor or ""),
    )


async def _words(tx: Tx, products: list[PlannedProduct]) -> None:
    new = [one for one in products if one.before is None]
    pairs = [(one.id_now, word) for one in new for word in words_of(one.texts)]
    await insert_words(
        tx,
        product_ids=[product_id for product_id, _ in pairs],
        words=[word for _, word in pairs],
    )
    await learn_words(tx, {one.before.id: words_of(one.texts) for one in products if one.before})


async def _stock(tx: Tx, variants: list[PlannedVariant]) -> None:
    new = [
        (one.id_now, NewStock(one.line.on_hand or 0, bool(one.line.allows_backorder)))
        for one in variants
    ]
    begun = await begin_counting(tx, new, reason=Reason.IMPORTED, is_told=False)
    others = [one for one in variants if one.id_now not in begun]
    counted = [
        Change(variant_id=one.id_now, reason=Reason.IMPORTED, on_hand=one.line.on_hand)
        for one in others
        if one.line.on_hand is not None
    ]
    await adjust(tx, counted, is_told=False)
    await allow_backorders(
        tx,
        {
            one.id_now: one.line.allows_backorder
            for one in others
            if one.line.allows_backorder is not None
        },
    )


def _turn(one: PlannedVariant) -> bytes:
    """Stock that others may wait for comes in everybody's order; what is new nobody knows yet."""
    return one.before.id.bytes if one.before else NEW_LAST


def _columns(rows: Sequence[dict[str, Any]], names: dict[str, str]) -> dict[str, list[Any]]:
    columns = {column: [row.get(field) for row in rows] for column, field in names.items()}
    if "images" in columns:
        columns["images"] = [_boxed(images) for images in columns["images"]]
    return columns


def _boxed(values: list[str] | None) -> dict[str, list[str]] | None:
    """A list in a document: lists within a list would be an array of two dimensions."""
    return None if values is None else {"list": values}


@sql
async def insert_products(
    tx: Tx,
    *,
    ids: list[ProductId],
    options: list[Any],
    names: list[str],
    descriptions: list[str | None],
    billing_types: list[str],
    are_active: list[bool],
    currencies: list[str | None],
    assets: list[str | None],
    tax_categories: list[str],
    images: list[Any],
    metadatas: list[Any],
) -> None: ...


@sql
async def update_products(
    tx: Tx,
    *,
    tenant_id: TenantId,
    ids: list[ProductId],
    names: list[str | None],
    descriptions: list[str | None],
    billing_types: list[str | None],
    are_active: list[bool | None],
    currencies: list[str | None],
    assets: list[str | None],
    tax_categories: list[str | None],
    images: list[Any],
    metadatas: list[Any],
) -> None: ...


@sql
async def insert_listed_variants(
    tx: Tx,
    *,
    ids: list[VariantId],
    product_ids: list[ProductId],
    positions: list[int],
    skus: list[str],
    names: list[str | None],
    options: list[Any],
    weights: list[int | None],
    are_active: list[bool],
    metadatas: list[Any],
) -> list[VariantId]: ...


@sql
async def update_variants(
    tx: Tx,
    *,
    tenant_id: TenantId,
    ids: list[VariantId],
    names: list[str | None],
    options: list[Any],
    weights: list[int | None],
    are_active: list[bool | None],
    metadatas: list[Any],
) -> None: ...
