"""The desk: all that a tenant has set up and a basket needs, in one statement."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Currency, TenantId

from .promotions import Running
from .settings import DEFAULTS, Settings
from .shipping import Parcel, Quote, ShippingOptionId, Way, ways_for
from .taxes import LocalRate, Place, rates_of, reverses_charge
from .totals import Discount, Rate


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What baskets need of the tenant, at one moment."""

    settings: Settings | None
    rates: list[LocalRate]
    ways: list[Way]
    promotions: list[Running]
    now: datetime


DESK: Final = msgspec.json.Decoder(Desk)


async def desk(tx: Tx, *, codes: Collection[str] = (), countries: Collection[str] = ()) -> Desk:
    """What baskets with these codes, which go to these countries or stay at home, need."""
    found = await desk_of(tx, tenant_id=tx.tenant_id, codes=list(codes), countries=list(countries))
    return DESK.decode(found)


def settings_of(desk: Desk) -> Settings:
    """How the tenant sells."""
    return desk.settings or DEFAULTS


def discounts_for(desk: Desk, codes: Collection[str], currency: Currency) -> list[Discount]:
    """The promotions that a basket may use: automatic ones, and those of its codes.

    A code is spelled as the promotion has it, which is how `promotion_by_code` answers it.
    """
    return [one for one in desk.promotions if one.serves(codes, currency)]


def taxes_for(
    desk: Desk, destination: Place | None, vat_number: str | None
) -> tuple[list[Rate], bool]:
    """The rates of where goods go to, and whether the buyer owes the tax instead of the seller.

    Goods whose destination is not known are taxed as those that stay in the seller's country.
    The VAT number is one that `vat_number` let in.
    """
    settings = settings_of(desk)
    place = destination or _home(settings)
    seller = (settings.seller_country, settings.vat_number)
    is_reversed = bool(place and vat_number and reverses_charge(seller, place, vat_number))
    return rates_of(desk.rates, place), is_reversed


def options_for(desk: Desk, parcel: Parcel, *, goods_minor: int) -> list[Quote]:
    """How a basket may travel, in the tenant's order, and what that would cost."""
    return ways_for(desk.ways, _addressed(desk, parcel), goods_minor=goods_minor)


def way_for(desk: Desk, option_id: ShippingOptionId, parcel: Parcel) -> Way | None:
    """The way that was chosen, as long as a basket may take it."""
    addressed = _addressed(desk, parcel)
    return next((way for way in desk.ways if way.id == option_id and way.takes(addressed)), None)


def _addressed(desk: Desk, parcel: Parcel) -> Parcel:
    """A parcel that goes somewhere: where nothing is said, it stays in the seller's country."""
    if parcel.country is not None:
        return parcel
    return msgspec.structs.replace(parcel, country=settings_of(desk).seller_country)


def _home(settings: Settings) -> Place | None:
    if settings.seller_country is None:
        return None
    return Place(settings.seller_country, settings.seller_region)


@sql
async def desk_of(
    tx: Tx, *, tenant_id: TenantId, codes: list[str], countries: list[str]
) -> str: ...
