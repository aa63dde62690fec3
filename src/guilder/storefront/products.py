"""What is sold now, and for how much."""

from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.catalog import (
    ProductId,
    ProductNotFound,
    ShownProduct,
    ShownVariant,
    VariantId,
    shown_product,
    shown_products,
)
from guilder.checkout import Code, UnitAmount, written
from guilder.db import Tx
from guilder.http import Listing, Page, get
from guilder.kernel import CurrencyNotKnown
from guilder.kernel import currency as read_currency

Images = Annotated[list[str], Meta(examples=[["https://shop.example/vase.jpg"]])]


class SoldVariantView(msgspec.Struct, frozen=True, kw_only=True):
    """A form in which something is sold, and what it costs now."""

    id: VariantId
    sku: str
    name: str | None
    options: Annotated[dict[str, str], Meta(examples=[{"Colour": "Blue"}])]
    unit_amount_decimal: Annotated[
        UnitAmount | None, Meta(description="None where it has no price in this currency.")
    ]
    list_amount_decimal: Annotated[
        UnitAmount | None, Meta(description="What it costs when no sale runs.")
    ]
    is_available: Annotated[bool, Meta(description="Whether one can be bought now.")]


class SoldProductView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is sold."""

    id: ProductId
    name: str
    description: str | None
    images: Images
    options: Annotated[list[str], Meta(examples=[["Colour"]])]
    currency: Annotated[Code, Meta(description="Of the prices, as asked for.")]
    variants: list[SoldVariantView]


@get(
    "/v1/storefront/products",
    "storefront:read",
    problems=(CurrencyNotKnown,),
    is_for_browsers=True,
)
async def list_sold_products(tx: Tx, page: Page, *, currency: Code) -> Listing[SoldProductView]:
    """List what is sold, newest first, with prices in one currency."""
    known = read_currency(currency)
    found = await shown_products(tx, known, before=page.after(ProductId), most=page.most)
    return page.listing(found, at=lambda one: one.product.id, show=lambda one: _show(one, currency))


@get(
    "/v1/storefront/products/{product_id}",
    "storefront:read",
    problems=(ProductNotFound, CurrencyNotKnown),
    is_for_browsers=True,
)
async def show_sold_product(tx: Tx, product_id: ProductId, *, currency: Code) -> SoldProductView:
    """Look at one product that is sold, with prices in one currency."""
    return _show(await shown_product(tx, product_id, read_currency(currency)), currency)


def _show(shown: ShownProduct, code: str) -> SoldProductView:
    product = shown.product
    return SoldProductView(
        id=product.id,
        name=product.name,
        description=product.description,
        images=product.images,
        options=product.options,
        currency=code,
        variants=[_show_variant(one) for one in shown.variants],
    )


def _show_variant(shown: ShownVariant) -> SoldVariantView:
    variant, offer = shown.variant, shown.offer
    asked = offer.unit_amount_decimal if offer else None
    listed = offer.list_amount_decimal if offer else None
    return SoldVariantView(
        id=variant.id,
        sku=variant.sku,
        name=variant.name,
        options=variant.options,
        unit_amount_decimal=None if asked is None else written(asked),
        list_amount_decimal=None if listed is None else written(listed),
        is_available=shown.is_available,
    )


ENDPOINTS = (list_sold_products, show_sold_product)
