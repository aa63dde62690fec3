"""Offers: what variants are and cost at this moment, many at a time."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from guilder.catalog.product import BillingType, ProductId
from guilder.catalog.variant import VariantId
from guilder.db import Tx, sql
from guilder.kernel import Currency, TenantId

from .price import PriceId


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """What a variant is and costs now, in one currency."""

    variant_id: VariantId
    product_id: ProductId
    product_name: str
    variant_name: str | None
    sku: str
    image: str | None
    billing_type: BillingType
    is_active: bool
    tax_category: str
    weight_grams: int | None
    currency: Currency
    price_id: PriceId | None
    unit_amount_decimal: Decimal | None
    list_amount_decimal: Decimal | None


class Offered(msgspec.Struct, frozen=True):
    """An offer as it is read: by position, and the amounts exact."""

    variant_id: VariantId
    product_id: ProductId
    product_name: str
    variant_name: str | None
    sku: str
    billing_type: BillingType
    tax_category: str
    weight_grams: int | None
    currency: Currency
    price_id: PriceId | None
    list_amount_decimal: Decimal | None
    sale_amount_decimal: Decimal | None
    image: str | None
    is_active: bool


async def offers(tx: Tx, wanted: Sequence[tuple[VariantId, Currency]]) -> list[Offer | None]:
    """What these variants are and cost now, in the order asked; None for what there is not."""
    if not wanted:
        return []
    found = await offered(
        tx,
        tenant_id=tx.tenant_id,
        variant_ids=[variant_id for variant_id, _ in wanted],
        currencies=[currency for _, currency in wanted],
    )
    known = {(one.variant_id, one.currency): _offer(one) for one in found}
    return [known.get(pair) for pair in wanted]


def _offer(found: Offered) -> Offer:
    """What is asked is the lowest running sale price, and never more than the list price.

    Without a list price a variant is not sold in the currency, whatever sales run.
    """
    listed, sale = found.list_amount_decimal, found.sale_amount_decimal
    asked = listed if listed is None or sale is None else min(listed, sale)
    return Offer(
        variant_id=found.variant_id,
        product_id=found.product_id,
        product_name=found.product_name,
        variant_name=found.variant_name,
        sku=found.sku,
        image=found.image,
        billing_type=found.billing_type,
        is_active=found.is_active,
        tax_category=found.tax_category,
        weight_grams=found.weight_grams,
        currency=found.currency,
        price_id=found.price_id,
        unit_amount_decimal=asked,
        list_amount_decimal=listed,
    )


@sql
async def offered(
    tx: Tx, *, tenant_id: TenantId, variant_ids: list[VariantId], currencies: list[Currency]
) -> list[Offered]: ...
