"""Exports: the catalog as CSV, some products at a time, just as an import reads it."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final

import msgspec

from guilder.catalog.prices import PriceKind
from guilder.catalog.product import Product, ProductId
from guilder.catalog.products import whole
from guilder.catalog.products.products import WholeProduct, WholeVariant
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .lines import COLUMNS, DOCUMENTS, write_amount

PART: Final = 1_000


async def header_of(tx: Tx) -> list[str]:
    """The columns of this tenant's listing, with a price for each currency it sells in."""
    currencies = await listed_currencies(tx, tenant_id=tx.tenant_id)
    return [*COLUMNS, *(f"price_{currency}" for currency in currencies)]


async def export_listing(tx: Tx) -> AsyncIterator[str]:
    """The whole listing, in parts."""
    columns, after = await header_of(tx), None
    while True:
        found = await oldest_products(tx, tenant_id=tx.tenant_id, after=after, most=PART)
        yield await export_page(tx, found, columns=columns, begins=after is None)
        if len(found) < PART:
            return
        after = found[-1].id


async def export_page(
    tx: Tx, products: Sequence[Product], *, columns: Sequence[str], begins: bool
) -> str:
    """Products as lines of CSV, a line for each variant, after the columns' names."""
    written = io.StringIO()
    lines = csv.DictWriter(written, columns, lineterminator="\n")
    if begins:
        lines.writeheader()
    for product in await whole(tx, products):
        lines.writerows(_cells(product, one) for one in product.variants)
    return written.getvalue()


def _cells(shown: WholeProduct, one: WholeVariant) -> dict[str, Any]:
    product, variant, stock = shown.product, one.variant, one.stock
    ordered = {name: variant.options[name] for name in product.options}
    cells = {
        "product": shown.variants[0].variant.sku,
        "sku": variant.sku,
        "name": product.name,
        "description": product.description,
        "billing_type": product.billing_type,
        "active": _word(is_so=product.is_active),
        "currency": product.currency,
        "settlement_asset": product.settlement_asset,
        "tax_category": product.tax_category,
        "images": " ".join(product.images),
        "metadata": product.metadata,
        "variant_name": variant.name,
        "options": ordered,
        "weight_grams": variant.weight_grams,
        "variant_active": _word(is_so=variant.is_active),
        "variant_metadata": variant.metadata,
        "on_hand": stock.on_hand if stock else None,
        "allows_backorder": _word(is_so=stock.allows_backorder) if stock else None,
    }
    for name in DOCUMENTS:
        cells[name] = msgspec.json.encode(cells[name]).decode() if cells[name] else None
    listed = [price for price in one.prices if price.kind is PriceKind.LIST]
    prices = {
        f"price_{price.currency}": write_amount(price.currency, price.unit_amount_decimal)
        for price in listed
    }
    return cells | prices


def _word(*, is_so: bool) -> str:
    return "true" if is_so else "false"


@sql
async def listed_currencies(tx: Tx, *, tenant_id: TenantId) -> list[str]: ...


@sql
async def oldest_products(
    tx: Tx, *, tenant_id: TenantId, after: ProductId | None, most: int
) -> list[Product]: ...
