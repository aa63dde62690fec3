"""The products API: products with their variants, made, changed, found and shown whole."""

from typing import Annotated

from msgspec import Meta

from guilder.catalog.prices import PRICE_PROBLEMS
from guilder.catalog.product import BillingType, ProductId
from guilder.catalog.variant import VariantId, VariantNotFound
from guilder.db import Tx
from guilder.http import Listing, Page, get, patch, post
from guilder.identity import QuotaExceeded
from guilder.kernel import CurrencyNotKnown

from .options import OptionsNotComplete, VariantNotDistinct
from .products import (
    change_product,
    newest_products,
    product_by_id,
    whole,
    whole_variants,
)
from .products import create_product as begin_to_sell
from .search import sought
from .settlement import SettlementAssetNotValid
from .variants import (
    PriceGivenTwice,
    ProductNotFound,
    SkuTaken,
    TooManyVariants,
    change_variant,
    variant_by_id,
)
from .variants import add_variant as sell_also
from .views import (
    OptionGivenTwice,
    ProductBody,
    ProductChange,
    ProductView,
    Sku,
    VariantBody,
    VariantChange,
    VariantsNotClear,
    VariantView,
    show_product,
    show_variant,
)

Search = Annotated[
    str,
    Meta(
        max_length=200,
        description="How words of names and SKUs begin; each has to be there.",
        examples=["blue vase"],
    ),
]
VARIANT_PROBLEMS = (
    OptionsNotComplete,
    VariantNotDistinct,
    SkuTaken,
    TooManyVariants,
    PriceGivenTwice,
    *PRICE_PROBLEMS,
)


@post(
    "/v1/products",
    "products:write",
    problems=(
        VariantsNotClear,
        OptionGivenTwice,
        SettlementAssetNotValid,
        QuotaExceeded,
        *VARIANT_PROBLEMS,
    ),
)
async def create_product(tx: Tx, body: ProductBody) -> ProductView:
    """Begin to sell something, in one form or in several, with prices and stock."""
    made = await begin_to_sell(tx, body.asked)
    return show_product((await whole(tx, [made]))[0])


@get("/v1/products", "products:read")
async def list_products(
    tx: Tx,
    page: Page,
    *,
    search: Search | None = None,
    active: bool | None = None,
    billing_type: BillingType | None = None,
    sku: Sku | None = None,
) -> Listing[ProductView]:
    """List products, newest first, perhaps those with these words in their names and SKUs."""
    asked = sought(search)
    found = await newest_products(
        tx,
        tenant_id=tx.tenant_id,
        is_active=active,
        billing_type=billing_type,
        sku=sku,
        word=asked.word if asked else None,
        beyond=asked.beyond if asked else None,
        others=(asked.others or None) if asked else None,
        others_beyond=asked.others_beyond if asked else None,
        before=page.after(ProductId),
        most=page.most,
    )
    shown = await whole(tx, found)
    return page.listing(shown, at=lambda one: one.product.id, show=show_product)


@get("/v1/products/{product_id}", "products:read", problems=(ProductNotFound,))
async def show_one_product(tx: Tx, product_id: ProductId) -> ProductView:
    """Look at one product, with its variants, what they cost and how many there are."""
    return show_product((await whole(tx, [await product_by_id(tx, product_id)]))[0])


@patch(
    "/v1/products/{product_id}",
    "products:write",
    problems=(ProductNotFound, CurrencyNotKnown, SettlementAssetNotValid, QuotaExceeded),
)
async def update_product(tx: Tx, product_id: ProductId, body: ProductChange) -> ProductView:
    """Change a product; what is not named stays as it was, null takes away, and orders stay."""
    changed = await change_product(tx, product_id, body.changes())
    return show_product((await whole(tx, [changed]))[0])


@post(
    "/v1/products/{product_id}/variants",
    "products:write",
    problems=(ProductNotFound, *VARIANT_PROBLEMS),
)
async def add_variant(tx: Tx, product_id: ProductId, body: VariantBody) -> VariantView:
    """Sell a product in one more form."""
    made = await sell_also(tx, product_id, body.asked)
    return show_variant((await whole_variants(tx, [made]))[0])


@get("/v1/variants/{variant_id}", "products:read", problems=(VariantNotFound,))
async def show_one_variant(tx: Tx, variant_id: VariantId) -> VariantView:
    """Look at one variant."""
    return show_variant((await whole_variants(tx, [await variant_by_id(tx, variant_id)]))[0])


@patch(
    "/v1/variants/{variant_id}",
    "products:write",
    problems=(VariantNotFound, OptionsNotComplete, VariantNotDistinct, SkuTaken),
)
async def update_variant(tx: Tx, variant_id: VariantId, body: VariantChange) -> VariantView:
    """Change a variant; what is not named stays as it was, and null takes away."""
    changed = await change_variant(tx, variant_id, body.changes())
    return show_variant((await whole_variants(tx, [changed]))[0])


ENDPOINTS = (
    create_product,
    list_products,
    show_one_product,
    update_product,
    add_variant,
    show_one_variant,
    update_variant,
)
