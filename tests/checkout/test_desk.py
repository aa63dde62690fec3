"""The desk: all that a basket needs, and what follows from it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from guilder.checkout.desk import Desk, desk, discounts_for, options_for, taxes_for, way_for
from guilder.checkout.promotions.promotion import PromotionChanges
from guilder.checkout.promotions.promotions import change_promotion
from guilder.checkout.settings import DEFAULTS, SettingsChanges, change_settings
from guilder.checkout.shipping import Parcel
from guilder.checkout.shipping.options import NewOption, create_option
from guilder.checkout.taxes import Place
from guilder.checkout.taxes.rates import NewTaxRate, create_tax_rate
from guilder.kernel import Currency
from tests.checkout.promotions.offers import held, offered, wants
from tests.world import World

EUR, USD = Currency("EUR"), Currency("USD")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


async def sees(world: World, *, codes: tuple[str, ...] = (), countries: tuple[str, ...] = ()):
    return await world.do(lambda tx: desk(tx, codes=codes, countries=countries))


async def taxed(world: World, name: str, country: str, percentage: str, **more: Any) -> None:
    wanted: dict[str, Any] = {
        "region": None, "category": "standard", "is_inclusive": True, "is_active": True,
    }  # fmt: skip
    new = NewTaxRate(name=name, country=country, percentage=Decimal(percentage), **(wanted | more))
    await world.do(lambda tx: create_tax_rate(tx, new))


async def carried(world: World, name: str, **more: Any):
    wanted: dict[str, Any] = {
        "countries": None, "min_weight_grams": None, "max_weight_grams": None, "currency": "EUR",
        "amount_minor": 499, "free_from_minor": None, "tax_category": "standard",
        "delivery_days": None, "position": 0, "is_active": True, "metadata": {},
    }  # fmt: skip
    new = NewOption(name=name, **(wanted | more))
    return await world.do(lambda tx: create_option(tx, new))


async def sells(world: World, **wanted: Any) -> None:
    await world.do(lambda tx: change_settings(tx, SettingsChanges(**wanted)))


def names(found: Desk, codes: tuple[str, ...] = (), currency: Currency = EUR) -> list[str | None]:
    return [one.code for one in discounts_for(found, codes, currency)]


async def test_a_tenant_that_has_set_up_nothing_sells_all_the_same(world: World) -> None:
    found = await sees(world, codes=("NONE",), countries=("NL",))

    assert (found.settings or DEFAULTS) == DEFAULTS
    assert (found.rates, found.ways, found.promotions) == ([], [], [])
    assert taxes_for(found, Place("NL"), None) == ([], False)
    assert taxes_for(found, None, None) == ([], False)


async def test_a_basket_may_use_what_is_automatic_and_its_own_codes(world: World) -> None:
    await offered(world)
    await offered(world, code="Spring")
    await offered(world, code="SUMMER")

    found = await sees(world, codes=("Spring", "SUMMER"))

    assert names(found) == [None]
    assert names(found, ("Spring",)) == [None, "Spring"]
    assert names(await sees(world, codes=("SPRING",)), ("Spring",)) == [None, "Spring"]
    assert names(await sees(world), ("Spring",)) == [None]


async def test_a_promotion_of_an_amount_is_for_its_currency_alone(world: World) -> None:
    await offered(world, code="EURO", amount_minor=500, currency="EUR")
    await offered(world, code="ANY")
    found = await sees(world, codes=("EURO", "ANY"))

    assert names(found, ("EURO", "ANY")) == ["EURO", "ANY"]
    assert names(found, ("EURO", "ANY"), USD) == ["ANY"]


async def test_only_what_runs_and_is_not_used_up_is_there(world: World) -> None:
    await offered(world, code="EARLY", starts_at=NOW + timedelta(days=36500))
    await offered(world, code="LATE", starts_at=datetime(2020, 1, 1, tzinfo=UTC),
                  ends_at=datetime(2020, 1, 2, tzinfo=UTC))  # fmt: skip
    await offered(world, code="OFF", is_active=False)
    full = await offered(world, code="FULL", max_uses=1)
    await offered(world, code="GOOD", ends_at=datetime(2099, 1, 1, tzinfo=UTC))
    codes = ("EARLY", "LATE", "OFF", "FULL", "GOOD")

    assert names(await sees(world, codes=codes), codes) == ["FULL", "GOOD"]
    await held(world, wants(full))
    assert names(await sees(world, codes=codes), codes) == ["GOOD"]
    changes = PromotionChanges(max_uses=2)
    await world.do(lambda tx: change_promotion(tx, full.id, changes))
    assert names(await sees(world, codes=codes), codes) == ["FULL", "GOOD"]


async def test_a_place_asks_for_the_rates_of_its_country_and_region(world: World) -> None:
    await taxed(world, "GST", "CA", "5")
    await taxed(world, "PST", "CA", "7", region="BC")
    await taxed(world, "VAT", "NL", "21")
    await taxed(world, "old", "CA", "6", is_active=False)
    found = await sees(world, countries=("CA", "NL"))

    def asked(place: Place | None) -> list[tuple[str, str]]:
        return [(rate.name, str(rate.percentage)) for rate in taxes_for(found, place, None)[0]]

    assert asked(Place("CA")) == [("GST", "5")]
    assert asked(Place("CA", " bc")) == [("GST", "5"), ("PST", "7")]
    assert asked(Place("CA", "ON")) == [("GST", "5")]
    assert asked(Place("NL", "Utrecht")) == [("VAT", "21")]
    assert asked(Place("DE")) == asked(None) == []


async def test_goods_without_a_destination_stay_at_the_seller_s(world: World) -> None:
    await taxed(world, "VAT", "NL", "21")
    await taxed(world, "Levy", "NL", "1", region="Utrecht")
    await sells(world, seller_country="NL", seller_region="utrecht")

    rates, is_reversed = taxes_for(await sees(world), None, None)

    assert ([rate.name for rate in rates], is_reversed) == (["VAT", "Levy"], False)


DUTCH = {"seller_country": "NL", "vat_number": "NL853746333B01"}


@pytest.mark.parametrize(
    ("seller", "place", "number", "is_reversed"),
    [
        (DUTCH, Place("DE"), "DE136695976", True),
        (DUTCH, Place("GR"), "EL094259216", True),
        (DUTCH, Place("DE"), None, False),
        (DUTCH, Place("DE"), "FR61954506077", False),
        (DUTCH, Place("NL"), "NL853746333B01", False),
        (DUTCH, Place("NL"), "DE136695976", False),
        (DUTCH, Place("CH"), "DE136695976", False),
        (DUTCH, None, "DE136695976", False),
        ({"seller_country": "NL"}, Place("DE"), "DE136695976", False),
        ({"seller_country": "CH", "vat_number": "CHE107787577"}, Place("DE"), "DE136695976", False),
        ({}, Place("DE"), "DE136695976", False),
    ],
)
async def test_a_business_in_another_eu_country_owes_the_tax(
    world: World, seller: dict[str, str], place: Place | None, number: str, is_reversed: bool
) -> None:
    await sells(world, **seller)

    assert taxes_for(await sees(world), place, number)[1] is is_reversed


async def test_what_a_basket_is_offered_depends_on_where_how_heavy_and_in_what(
    world: World,
) -> None:
    await carried(world, "anywhere", position=2)
    await carried(world, "Benelux", countries=["NL", "BE"], position=1, delivery_days=1)
    await carried(world, "letter", max_weight_grams=50)
    await carried(world, "pallet", min_weight_grams=30_000, amount_minor=9900)
    await carried(world, "dollars", currency="USD")
    await carried(world, "old", is_active=False)
    found = await sees(world)

    def offers(country: str | None, weight: int, currency: Currency = EUR) -> list[str]:
        parcel = Parcel(country=country, weight_grams=weight, currency=currency)
        return [quote.name for quote in options_for(found, parcel, goods_minor=0)]

    assert offers("NL", 50) == ["letter", "Benelux", "anywhere"]
    assert offers("NL", 51) == ["Benelux", "anywhere"]
    assert offers("DE", 29_999) == ["anywhere"]
    assert offers("DE", 30_000) == ["pallet", "anywhere"]
    assert offers("NL", 51, USD) == ["dollars"]
    assert offers(None, 51) == ["anywhere"]
    await sells(world, seller_country="BE")
    found = await sees(world)
    assert offers(None, 51) == ["Benelux", "anywhere"]


async def test_goods_for_enough_travel_for_nothing(world: World) -> None:
    option = await carried(world, "Parcel", free_from_minor=5000)
    found = await sees(world)
    parcel = Parcel(country="NL", weight_grams=1, currency=EUR)

    assert [options_for(found, parcel, goods_minor=goods)[0].amount_minor
            for goods in (0, 4999, 5000)] == [499, 499, 0]  # fmt: skip
    way = way_for(found, option.id, parcel)
    assert way is not None
    assert way.shipping().cost(5000) == 0
    assert way_for(found, option.id, Parcel(country="NL", weight_grams=1, currency=USD)) is None


async def test_a_desk_is_of_one_tenant(world: World, other: World) -> None:
    await taxed(other, "VAT", "NL", "21")
    await carried(other, "Parcel")
    await offered(other)
    await sells(other, seller_country="NL")

    found = await sees(world, countries=("NL",))

    assert (found.settings, found.rates, found.ways, found.promotions) == (None, [], [], [])
