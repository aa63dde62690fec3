"""The shelf: what variants are and cost now, read once in a transaction."""

from collections.abc import Iterable
from typing import final

from guilder import catalog
from guilder.catalog import Offer, VariantId
from guilder.db import Tx
from guilder.kernel import Currency, Problem

Place = tuple[VariantId, Currency]


class VariantNotSold(Problem, status=422):
    """This variant does not exist, is not sold now, or has no price in the cart's currency."""

    variant_id: VariantId
    currency: str


@final
class Shelf:
    """The offers of one transaction, fetched as they are needed."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._offers: dict[Place, Offer | None] = {}

    async def fetch(self, places: Iterable[Place]) -> None:
        """Read what was not read yet, in one statement."""
        missing = [place for place in dict.fromkeys(places) if place not in self._offers]
        if missing:
            found = await catalog.offers(self._tx, missing)
            self._offers.update(zip(missing, found, strict=True))

    def find(self, variant_id: VariantId, currency: Currency) -> Offer | None:
        """A variant as it is sold now in this currency; None where it is not."""
        offer = self._offers[variant_id, currency]
        is_sold = offer is not None and offer.is_active and offer.unit_amount_decimal is not None
        return offer if is_sold else None

    def sold(self, variant_id: VariantId, currency: Currency) -> Offer:
        """A variant that has to be sold now in this currency."""
        offer = self.find(variant_id, currency)
        if offer is None:
            raise VariantNotSold(variant_id=variant_id, currency=currency)
        return offer

    def known(self, variant_id: VariantId, currency: Currency) -> Offer | None:
        """A variant as it is known, sold now or not."""
        return self._offers[variant_id, currency]
