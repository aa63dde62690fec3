"""The tax rates API: what countries and regions ask for."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.checkout.fields import (
    Category,
    Country,
    Percentage,
    Region,
    ShortName,
    Written,
    written,
)
from guilder.checkout.totals import STANDARD
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, patch, post

from .rate import TaxRate, TaxRateChanges, TaxRateId
from .rates import (
    NewTaxRate,
    TaxRateExists,
    TaxRateNotFound,
    change_tax_rate,
    newest_tax_rates,
    remove_tax_rate,
    tax_rate_by_id,
)
from .rates import create_tax_rate as ask_for

Inclusive = Annotated[
    bool, Meta(description="Prices contain it; otherwise it is added to them.", examples=[True])
]


class TaxRateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goods of one category bear, where they go to this place."""

    name: Annotated[ShortName, Meta(examples=["VAT"])]
    country: Country
    region: Region | None = None
    category: Category = STANDARD
    percentage: Percentage
    is_inclusive: Inclusive = False
    is_active: bool = True

    def asked(self) -> NewTaxRate:
        """The same in the words of the house."""
        fields = msgspec.structs.asdict(self)
        return NewTaxRate(**(fields | {"percentage": Decimal(self.percentage)}))


class TaxRatePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays. Name, place and category never change."""

    percentage: Percentage | UnsetType = UNSET
    is_inclusive: bool | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET

    def asked(self) -> TaxRateChanges:
        """The same in the words of the house."""
        percentage = UNSET if self.percentage is UNSET else Decimal(self.percentage)
        return TaxRateChanges(
            percentage=percentage, is_inclusive=self.is_inclusive, is_active=self.is_active
        )


class TaxRateView(msgspec.Struct, frozen=True, kw_only=True):
    """A tax rate."""

    id: TaxRateId
    name: ShortName
    country: Country
    region: Region | None
    category: Category
    percentage: Written
    is_inclusive: Inclusive
    is_active: bool
    created_at: datetime
    updated_at: datetime


@post("/v1/tax-rates", "checkout:write", problems=(TaxRateExists,))
async def create_tax_rate(tx: Tx, body: TaxRateBody) -> TaxRateView:
    """Ask for a tax where goods go to this place."""
    return show(await ask_for(tx, body.asked()))


@get("/v1/tax-rates", "checkout:read")
async def list_tax_rates(
    tx: Tx, page: Page, *, country: Country | None = None, region: Region | None = None
) -> Listing[TaxRateView]:
    """List tax rates, newest first."""
    found = await newest_tax_rates(
        tx,
        tenant_id=tx.tenant_id,
        country=country,
        region=region,
        before=page.after(TaxRateId),
        most=page.most,
    )
    return page.listing(found, at=lambda rate: rate.id, show=show)


@get("/v1/tax-rates/{rate_id}", "checkout:read", problems=(TaxRateNotFound,))
async def show_tax_rate(tx: Tx, rate_id: TaxRateId) -> TaxRateView:
    """Look at one tax rate."""
    return show(await tax_rate_by_id(tx, rate_id))


@patch("/v1/tax-rates/{rate_id}", "checkout:write", problems=(TaxRateNotFound,))
async def update_tax_rate(tx: Tx, rate_id: TaxRateId, body: TaxRatePatch) -> TaxRateView:
    """Ask for another percentage from now on. What was ordered stays as it is."""
    return show(await change_tax_rate(tx, rate_id, body.asked()))


@delete("/v1/tax-rates/{rate_id}", "checkout:write", problems=(TaxRateNotFound,))
async def delete_tax_rate(tx: Tx, rate_id: TaxRateId) -> None:
    """Ask for it no more. What was ordered stays as it is."""
    await remove_tax_rate(tx, rate_id)


def show(rate: TaxRate) -> TaxRateView:
    """A tax rate as callers see it."""
    fields = msgspec.structs.asdict(rate)
    return TaxRateView(**(fields | {"percentage": written(rate.percentage)}))


ENDPOINTS = (create_tax_rate, list_tax_rates, show_tax_rate, update_tax_rate, delete_tax_rate)
