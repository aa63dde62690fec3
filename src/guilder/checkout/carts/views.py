"""What callers see of carts, and what they send to fill one."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Final, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.catalog import VariantId
from guilder.checkout.fields import Instant, UnitAmount, written
from guilder.checkout.limits import LONGEST_CODE, MOST_CODES, MOST_LINES, MOST_PIECES
from guilder.checkout.shipping import Quote, ShippingOptionId
from guilder.checkout.totals import AppliedDiscount, TaxLine
from guilder.customers import Address, CustomerId
from guilder.kernel import Metadata

from .cart import CartId, CartLineId, CartStatus
from .carts import CartChanges, NewCart
from .codes import CodeReason, CodeStanding
from .filling import MoreLines
from .lines import Wanted
from .pricing import PricedCart, PricedLine

Minor = Annotated[int, Meta(description="In the currency's smallest unit.", examples=[2000])]
Code = Annotated[str, Meta(min_length=3, max_length=3, description="ISO 4217.", examples=["EUR"])]
Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^\s@]+@[^\s@]+$(?!\n)", examples=["ada@example.com"])
]
Quantity = Annotated[int, Meta(ge=1, le=MOST_PIECES, examples=[2])]
PromotionCode = Annotated[str, Meta(min_length=1, max_length=LONGEST_CODE, examples=["SPRING"])]
Codes = Annotated[list[PromotionCode], Meta(max_length=MOST_CODES)]
VatNumber = Annotated[str, Meta(min_length=4, max_length=20, examples=["NL004495445B01"])]
AmountProblem = Annotated[
    Literal["amount_too_large"],
    Meta(
        description="Why there are no amounts: it costs more than can be paid, as after a rise of "
        "prices. Whoever asks for its checkout is refused with this code."
    ),
]


class LineBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of one variant."""

    variant_id: VariantId
    quantity: Quantity = 1
    metadata: Metadata = {}

    def wanted(self) -> Wanted:
        """The same as the verbs have it."""
        return Wanted(variant_id=self.variant_id, quantity=self.quantity, metadata=self.metadata)


Lines = Annotated[list[LineBody], Meta(max_length=MOST_LINES)]


class LinesBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One variant, or several as `lines`."""

    variant_id: VariantId | None = None
    quantity: Quantity = 1
    metadata: Metadata = {}
    lines: Lines = []

    def more(self, cart_id: CartId) -> MoreLines:
        """What shall be added to which cart."""
        lines = [line.wanted() for line in self.lines]
        if self.variant_id is not None:
            lines.insert(
                0,
                Wanted(variant_id=self.variant_id, quantity=self.quantity, metadata=self.metadata),
            )
        return MoreLines(cart_id, lines)


class LineChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays. No quantity at all takes the line out."""

    quantity: Annotated[int, Meta(ge=0, le=MOST_PIECES, examples=[3])] | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET


class CartBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In which currency, for whom, and what is in it at once."""

    currency: Code
    customer_id: CustomerId | None = None
    email: Email | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_option_id: ShippingOptionId | None = None
    vat_number: VatNumber | None = None
    promotion_codes: Codes = []
    metadata: Metadata = {}
    expires_at: Instant | None = None
    lines: Lines = []

    def asked(self) -> NewCart:
        """What is asked for."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return NewCart(**fields | {"lines": [line.wanted() for line in self.lines]})


class CartChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null takes it away."""

    customer_id: CustomerId | UnsetType | None = UNSET
    email: Email | UnsetType | None = UNSET
    shipping_address: Address | UnsetType | None = UNSET
    billing_address: Address | UnsetType | None = UNSET
    shipping_option_id: ShippingOptionId | UnsetType | None = UNSET
    vat_number: VatNumber | UnsetType | None = UNSET
    promotion_codes: Codes | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    expires_at: Instant | UnsetType = UNSET

    def changes(self) -> CartChanges:
        """What is asked for."""
        return CartChanges(**{name: getattr(self, name) for name in self.__struct_fields__})


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which cart is poured into this one, and closed."""

    cart_id: CartId


class CartLineView(msgspec.Struct, frozen=True, kw_only=True):
    """A line, with what it costs now. One that is not available is not counted.

    Of a cart that costs too much the lines have no amounts.
    """

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
    metadata: Metadata


class TaxView(msgspec.Struct, frozen=True, kw_only=True):
    """One tax of all that it is levied on."""

    name: str
    percentage: Decimal
    is_inclusive: bool
    amount: Minor


class DiscountView(msgspec.Struct, frozen=True, kw_only=True):
    """What one promotion takes off."""

    promotion_id: UUID
    code: str | None
    name: str
    amount: Minor


class CodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion code, and whether it takes something off now, or why not."""

    code: str
    applies: bool
    reason: CodeReason | None


class ShippingQuoteView(msgspec.Struct, frozen=True, kw_only=True):
    """How this cart may travel, and for how much."""

    id: ShippingOptionId
    name: str
    amount: Minor
    delivery_days: int | None


class CartView(msgspec.Struct, frozen=True, kw_only=True):
    """A cart with its totals as they are now."""

    id: CartId
    currency: Code
    status: CartStatus
    customer_id: CustomerId | None
    email: str | None
    lines: list[CartLineView]
    amount_subtotal: Minor | None
    amount_discount: Minor | None
    amount_shipping: Minor | None
    amount_tax: Minor | None
    amount_total: Minor | None
    amount_problem: AmountProblem | None
    discounts: list[DiscountView]
    taxes: list[TaxView]
    is_reverse_charge: bool | None
    shipping_option_id: ShippingOptionId | None
    shipping_options: list[ShippingQuoteView]
    shipping_address: Address | None
    billing_address: Address | None
    vat_number: str | None
    promotion_codes: list[str]
    promotions: list[CodeView]
    metadata: Metadata
    merged_into: CartId | None
    abandoned_at: datetime | None
    expires_at: datetime
    created_at: datetime
    updated_at: datetime


AMOUNTS: Final = {
    "amount_subtotal": "subtotal_minor",
    "amount_discount": "discount_minor",
    "amount_shipping": "shipping_minor",
    "amount_tax": "tax_minor",
    "amount_total": "total_minor",
}
"""What callers know the sums as."""


class Sums(Protocol):
    """Whatever says what all of it costs: totals, a snapshot, an order."""

    @property
    def subtotal_minor(self) -> int: ...
    @property
    def discount_minor(self) -> int: ...
    @property
    def shipping_minor(self) -> int: ...
    @property
    def tax_minor(self) -> int: ...
    @property
    def total_minor(self) -> int: ...


def show(priced: PricedCart, codes: Iterable[CodeStanding]) -> CartView:
    """A cart as callers see it."""
    cart, sums = priced.cart, priced.totals
    return CartView(
        id=cart.id,
        currency=cart.currency,
        status=cart.status,
        customer_id=cart.customer_id,
        email=cart.email,
        lines=[_show_line(line, is_counted=sums is not None) for line in priced.lines],
        **(amounts(sums) if sums else dict.fromkeys(AMOUNTS)),
        amount_problem=None if sums else "amount_too_large",
        discounts=[show_discount(one) for one in sums.discounts] if sums else [],
        taxes=[show_tax(one) for one in sums.taxes] if sums else [],
        is_reverse_charge=sums.is_reverse_charge if sums else None,
        shipping_option_id=cart.shipping_option_id,
        shipping_options=[_show_quote(one) for one in priced.shipping_options],
        shipping_address=cart.shipping_address,
        billing_address=cart.billing_address,
        vat_number=cart.vat_number,
        promotion_codes=cart.promotion_codes,
        promotions=[CodeView(**msgspec.structs.asdict(one)) for one in codes],
        metadata=cart.metadata,
        merged_into=cart.merged_into,
        abandoned_at=cart.abandoned_at,
        expires_at=cart.expires_at,
        created_at=cart.created_at,
        updated_at=cart.updated_at,
    )


def amounts(sums: Sums) -> dict[str, int]:
    """What something costs in all, under the names that callers know."""
    return {shown: getattr(sums, held) for shown, held in AMOUNTS.items()}


def show_tax(tax: TaxLine) -> TaxView:
    """A tax as callers see it."""
    return TaxView(
        name=tax.name,
        percentage=tax.percentage,
        is_inclusive=tax.is_inclusive,
        amount=tax.amount_minor,
    )


def show_discount(discount: AppliedDiscount) -> DiscountView:
    """A promotion's part as callers see it."""
    return DiscountView(
        promotion_id=discount.promotion_id,
        code=discount.code,
        name=discount.name,
        amount=discount.amount_minor,
    )


def _show_quote(quote: Quote) -> ShippingQuoteView:
    return ShippingQuoteView(
        id=quote.id,
        name=quote.name,
        amount=quote.amount_minor,
        delivery_days=quote.delivery_days,
    )


def _show_line(priced: PricedLine, *, is_counted: bool) -> CartLineView:
    line, offer, sums = priced.line, priced.offer, priced.totals
    nothing = 0 if is_counted else None
    return CartLineView(
        id=line.id,
        variant_id=line.variant_id,
        product_id=offer.product_id if offer else None,
        name=offer.product_name if offer else None,
        variant_name=offer.variant_name if offer else None,
        sku=offer.sku if offer else None,
        image=offer.image if offer else None,
        quantity=line.quantity,
        unit_amount_decimal=_written(offer.unit_amount_decimal if offer else None),
        list_amount_decimal=_written(offer.list_amount_decimal if offer else None),
        is_available=priced.is_sold,
        amount_subtotal=sums.subtotal_minor if sums else nothing,
        amount_discount=sums.discount_minor if sums else nothing,
        amount_tax=sums.tax_minor if sums else nothing,
        amount_total=sums.total_minor if sums else nothing,
        metadata=line.metadata,
    )


def _written(amount: Decimal | None) -> str | None:
    return None if amount is None else written(amount)
