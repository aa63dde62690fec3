"""Places: the rates of where goods go to, and the rule for sales between EU countries."""

from collections.abc import Sequence

import msgspec

from guilder.checkout.totals import Rate

from .vat_numbers import country_of, in_the_eu


class Place(msgspec.Struct, frozen=True):
    """Where goods go to: a country, and perhaps a region of it."""

    country: str
    region: str | None = None


class LocalRate(Rate, frozen=True, kw_only=True):
    """A rate, and where it is asked for: in a whole country, or in one region of it."""

    country: str
    region: str | None = None

    def holds_in(self, place: Place) -> bool:
        """Whether goods that go there bear this tax."""
        return self.country == place.country and (
            self.region is None or _folded(self.region) == _folded(place.region)
        )


def rates_of(rates: Sequence[LocalRate], place: Place | None) -> list[Rate]:
    """All that a place asks for: its country's rates, and those of the region."""
    if place is None:
        return []
    return [rate for rate in rates if rate.holds_in(place)]


def reverses_charge(seller: tuple[str | None, str | None], place: Place, number: str) -> bool:
    """Whether a business in another EU country owes the tax itself.

    The seller is its country and VAT number; the buyer's number is one that `vat_number` let in,
    and the goods go to the country that gave it.
    """
    country, own_number = seller
    if country is None or own_number is None or not in_the_eu(country):
        return False
    return in_the_eu(place.country) and country != place.country == country_of(number)


def _folded(region: str | None) -> str:
    return (region or "").strip().casefold()
