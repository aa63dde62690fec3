"""The listings API: the catalog as CSV, in as a whole, and out a page at a time."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from guilder.catalog.inventory import BackordersWaiting, StockTooHigh, StockTooLow
from guilder.catalog.product import ProductId
from guilder.catalog.products import SkuTaken
from guilder.db import Tx
from guilder.http import Page, Response, get, post
from guilder.identity import QuotaExceeded

from .exports import export_page, header_of, oldest_products
from .imports import Imported, ImportRefused, import_listing
from .lines import ColumnsNotKnown

MAX_BYTES: Final = 8_388_608
IMPORT_SECONDS: Final = 60.0


class ListingBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A listing: a line for each variant, after a line with the columns' names."""

    csv: Annotated[str, Meta(examples=["sku,name,price_EUR\nVASE-BLUE,Tulip vase,19.99\n"])]
    dry_run: Annotated[bool, Meta(description="Tell what would change, and change nothing.")] = (
        False
    )


@post(
    "/v1/products/imports",
    "products:write",
    problems=(
        ColumnsNotKnown,
        ImportRefused,
        SkuTaken,
        StockTooLow,
        StockTooHigh,
        BackordersWaiting,
        QuotaExceeded,
    ),
    max_body_bytes=MAX_BYTES,
    timeout_seconds=IMPORT_SECONDS,
)
async def import_products(tx: Tx, body: ListingBody) -> Imported:
    """Import a listing, all of it or nothing. The lines that cannot be are told with the reason.

    Lines find their variants by SKU; what a line leaves empty stays as it is.
    """
    return await import_listing(tx, body.csv, dry_run=body.dry_run)


@get("/v1/products/export", "products:read")
async def export_products(tx: Tx, page: Page) -> Response:
    """Export the catalog as CSV, oldest products first, as an import reads it.

    Where there is more, `next-cursor` among the headers says where the next page begins, which
    has no line of names.
    """
    after = page.after(ProductId)
    found = await oldest_products(tx, tenant_id=tx.tenant_id, after=after, most=page.most)
    cursor = page.listing(found, at=lambda one: one.id, show=lambda one: one.id).next_cursor
    text = await export_page(
        tx, found[: page.limit], columns=await header_of(tx), begins=after is None
    )
    headers = [(b"next-cursor", cursor.encode())] if cursor else []
    return Response(200, text.encode(), b"text/csv; charset=utf-8", headers)


ENDPOINTS = (import_products, export_products)
