"""The showcase: what is sold now, in one currency, as buyers are shown it."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from guilder.db import Tx
from guilder.kernel import Currency

from .inventory import Stock, stock_of
from .prices import Offer, offers
from .product import Product, ProductId
from .products import ProductNotFound, newest_products, product_by_id, variants_of
from .variant import Variant


class ShownVariant(msgspec.Struct, frozen=True):
    """A form in which something is sold, what it costs now, and whether it is to be had."""

    variant: Variant
    offer: Offer | None
    is_available: bool


class ShownProduct(msgspec.Struct, frozen=True):
    """Something that is sold, in the forms in which it is."""

    product: Product
    variants: list[ShownVariant]


async def shown_products(
    tx: Tx, currency: Currency, *, before: ProductId | None, most: int
) -> list[ShownProduct]:
    """What is sold now, newest first."""
    found = await newest_products(
        tx,
        tenant_id=tx.tenant_id,
        is_active=True,
        billing_type=None,
        sku=None,
        word=None,
        beyond=None,
        others=None,
        others_beyond=None,
        before=before,
        most=most,
    )
    return await _shown(tx, found, currency)


async def shown_product(tx: Tx, product_id: ProductId, currency: Currency) -> ShownProduct:
    """One product, as long as it is sold."""
    found = await product_by_id(tx, product_id)
    if not found.is_active:
        raise ProductNotFound
    (shown,) = await _shown(tx, [found], currency)
    return shown


async def _shown(tx: Tx, products: Sequence[Product], currency: Currency) -> list[ShownProduct]:
    ids = [product.id for product in products]
    known = await variants_of(tx, tenant_id=tx.tenant_id, product_ids=ids)
    variants = defaultdict(list)
    for one in await _shown_variants(tx, [each for each in known if each.is_active], currency):
        variants[one.variant.product_id].append(one)
    return [ShownProduct(product, variants[product.id]) for product in products]


async def _shown_variants(
    tx: Tx, variants: Sequence[Variant], currency: Currency
) -> list[ShownVariant]:
    ids = [variant.id for variant in variants]
    offered = await offers(tx, [(variant_id, currency) for variant_id in ids])
    stock = {
        one.variant_id: one for one in await stock_of(tx, tenant_id=tx.tenant_id, variant_ids=ids)
    }
    return [
        ShownVariant(variant, offer, _is_available(offer, stock.get(variant.id)))
        for variant, offer in zip(variants, offered, strict=True)
    ]


def _is_available(offer: Offer | None, stock: Stock | None) -> bool:
    """Whether one can be bought: it has a price in this currency, and is not counted out."""
    if offer is None or offer.unit_amount_decimal is None:
        return False
    return stock is None or stock.is_available
