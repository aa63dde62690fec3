"""The shipping options API: how goods may travel."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.checkout.fields import (
    Amount,
    AmountOrNothing,
    Category,
    Country,
    CurrencyCode,
    ShortName,
)
from guilder.checkout.totals import STANDARD
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, patch, post
from guilder.kernel import CurrencyNotKnown, Metadata

from .option import OptionChanges, ShippingOption, ShippingOptionId
from .options import (
    NewOption,
    ShippingOptionNotFound,
    WeightsNotInOrder,
    change_option,
    create_option,
    newest_options,
    option_by_id,
)

OptionName = Annotated[ShortName, Meta(examples=["Parcel, insured"])]
Countries = Annotated[
    list[Country],
    Meta(min_length=1, max_length=300, description="Where to. Everywhere, where none is named."),
]
Weight = Annotated[int, Meta(ge=0, le=10**12, description="In grams.", examples=[5000])]
FreeFrom = Annotated[
    Amount, Meta(description="Goods for so much, after discounts, travel for nothing.")
]
Days = Annotated[int, Meta(ge=0, le=365, examples=[2])]
Place = Annotated[
    int, Meta(ge=-1000, le=1000, description="The smallest is offered first.", examples=[0])
]


class OptionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way for goods to travel: where to, how heavy, and for how much."""

    name: OptionName
    currency: CurrencyCode
    amount: AmountOrNothing
    countries: Countries | None = None
    min_weight_grams: Weight | None = None
    max_weight_grams: Weight | None = None
    free_from: FreeFrom | None = None
    tax_category: Category = STANDARD
    delivery_days: Days | None = None
    position: Place = 0
    is_active: bool = True
    metadata: Metadata = {}

    def asked(self) -> NewOption:
        """The same in the words of the house."""
        fields = msgspec.structs.asdict(self)
        return NewOption(
            amount_minor=fields.pop("amount"), free_from_minor=fields.pop("free_from"), **fields
        )


class OptionPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays. The currency never changes."""

    name: OptionName | UnsetType = UNSET
    amount: AmountOrNothing | UnsetType = UNSET
    countries: Countries | UnsetType | None = UNSET
    min_weight_grams: Weight | UnsetType | None = UNSET
    max_weight_grams: Weight | UnsetType | None = UNSET
    free_from: FreeFrom | UnsetType | None = UNSET
    tax_category: Category | UnsetType = UNSET
    delivery_days: Days | UnsetType | None = UNSET
    position: Place | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET

    def asked(self) -> OptionChanges:
        """The same in the words of the house."""
        fields = msgspec.structs.asdict(self)
        return OptionChanges(
            amount_minor=fields.pop("amount"), free_from_minor=fields.pop("free_from"), **fields
        )


class OptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A way for goods to travel."""

    id: ShippingOptionId
    name: OptionName
    currency: CurrencyCode
    amount: AmountOrNothing
    countries: Countries | None
    min_weight_grams: Weight | None
    max_weight_grams: Weight | None
    free_from: FreeFrom | None
    tax_category: Category
    delivery_days: Days | None
    position: Place
    is_active: bool
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


@post("/v1/shipping-options", "checkout:write", problems=(CurrencyNotKnown, WeightsNotInOrder))
async def create_shipping_option(tx: Tx, body: OptionBody) -> OptionView:
    """Offer a way for goods to travel."""
    return show(await create_option(tx, body.asked()))


@get("/v1/shipping-options", "checkout:read")
async def list_shipping_options(
    tx: Tx, page: Page, *, active: bool | None = None
) -> Listing[OptionView]:
    """List shipping options, newest first."""
    found = await newest_options(
        tx,
        tenant_id=tx.tenant_id,
        active=active,
        before=page.after(ShippingOptionId),
        most=page.most,
    )
    return page.listing(found, at=lambda option: option.id, show=show)


@get("/v1/shipping-options/{option_id}", "checkout:read", problems=(ShippingOptionNotFound,))
async def show_shipping_option(tx: Tx, option_id: ShippingOptionId) -> OptionView:
    """Look at one shipping option."""
    return show(await option_by_id(tx, option_id))


@patch(
    "/v1/shipping-options/{option_id}",
    "checkout:write",
    problems=(ShippingOptionNotFound, WeightsNotInOrder),
)
async def update_shipping_option(
    tx: Tx, option_id: ShippingOptionId, body: OptionPatch
) -> OptionView:
    """Offer it in another way from now on. What was ordered stays as it is."""
    return show(await change_option(tx, option_id, body.asked()))


@delete("/v1/shipping-options/{option_id}", "checkout:write", problems=(ShippingOptionNotFound,))
async def withdraw_shipping_option(tx: Tx, option_id: ShippingOptionId) -> OptionView:
    """Offer it no more.

    It stays in the list, since carts have chosen it. Withdrawing it again changes nothing.
    """
    return show(await change_option(tx, option_id, OptionChanges(is_active=False)))


def show(option: ShippingOption) -> OptionView:
    """A shipping option as callers see it."""
    fields = msgspec.structs.asdict(option)
    return OptionView(
        amount=fields.pop("amount_minor"), free_from=fields.pop("free_from_minor"), **fields
    )


ENDPOINTS = (
    create_shipping_option,
    list_shipping_options,
    show_shipping_option,
    update_shipping_option,
    withdraw_shipping_option,
)
