"""What a buyer is shown of a cart. What there is to know of a buyer is told by yes or no."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.catalog import VariantId
from guilder.checkout import (
    AmountProblem,
    CartId,
    CartLineId,
    CartLineView,
    CartStatus,
    CartView,
    Code,
    CodeView,
    Minor,
    ShippingOptionId,
    ShippingQuoteView,
    TaxView,
    UnitAmount,
)


class BuyersLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line, with what it costs now. One that is not available is not counted."""

    id: CartLineId
    variant_id: VariantId
    product_id: UUID | None
    name: str | None
    variant_name: str | None
    sku: str | None
    image: str | None
    quantity: int
    unit_amount_decimal: UnitAmount | None
    list_amount_decimal: UnitAmount | None
    is_available: bool
    amount_subtotal: Minor | None
    amount_discount: Minor | None
    amount_tax: Minor | None
    amount_total: Minor | None


class BuyersDiscountView(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion takes off."""

    code: str | None
    name: str
    amount: Minor


class BuyersCartView(msgspec.Struct, frozen=True, kw_only=True):
    """A cart with its totals as they are now."""

    id: CartId
    currency: Code
    status: CartStatus
    has_email: Annotated[bool, Meta(description="Whether an e-mail was told; not which.")]
    has_shipping_address: bool
    has_billing_address: bool
    lines: list[BuyersLineView]
    amount_subtotal: Minor | None
    amount_discount: Minor | None
    amount_shipping: Minor | None
    amount_tax: Minor | None
    amount_total: Minor | None
    amount_problem: AmountProblem | None
    discounts: list[BuyersDiscountView]
    taxes: list[TaxView]
    is_reverse_charge: bool | None
    shipping_option_id: ShippingOptionId | None
    shipping_options: list[ShippingQuoteView]
    promotions: list[CodeView]
    expires_at: datetime


SAME = frozenset(BuyersCartView.__struct_fields__) & frozenset(CartView.__struct_fields__)
SAME_OF_LINES = BuyersLineView.__struct_fields__


def show(cart: CartView) -> BuyersCartView:
    """A cart as buyers see it."""
    same = {name: getattr(cart, name) for name in SAME - {"lines", "discounts"}}
    return BuyersCartView(
        **same,
        has_email=cart.email is not None,
        has_shipping_address=cart.shipping_address is not None,
        has_billing_address=cart.billing_address is not None,
        lines=[_show_line(line) for line in cart.lines],
        discounts=[
            BuyersDiscountView(code=one.code, name=one.name, amount=one.amount)
            for one in cart.discounts
        ],
    )


def _show_line(line: CartLineView) -> BuyersLineView:
    return BuyersLineView(**{name: getattr(line, name) for name in SAME_OF_LINES})
