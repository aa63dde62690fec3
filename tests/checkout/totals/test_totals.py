"""Totals computed by hand, one rule at a time."""

from collections.abc import Sequence
from typing import Any

import pytest

from guilder.checkout.totals import Basket, Discount, Rate, Shipping, Totals, totals
from guilder.kernel import AmountTooLarge, Currency
from tests.checkout.totals.baskets import basket, exclusive, fixed, inclusive, item, percent, thing


def told(sums: Totals) -> dict[str, int]:
    """The sums that are not zero."""
    fields = ("subtotal", "discount", "shipping", "tax", "total")
    counted = {name: getattr(sums, f"{name}_minor") for name in fields}
    return {name: value for name, value in counted.items() if value}


def off(sums: Totals) -> list[int]:
    return [line.discount_minor for line in sums.lines]


@pytest.mark.parametrize(
    ("unit", "quantity", "subtotal"),
    [
        ("999", 1, 999),
        ("999", 3, 2997),
        ("33.3", 3, 100),  # 99.9
        ("0.333", 3, 1),  # 0.999
        ("0.05", 1000, 50),
        ("0.05", 10, 1),  # 0.5: a half goes away from zero
        ("0.05", 9, 0),  # 0.45
        ("2.5", 1, 3),
        ("1.49999", 1, 1),
        ("0", 7, 0),
        ("0.000000000001", 500_000_000_000, 1),
    ],
)
def test_a_line_is_rounded_once(unit: str, quantity: int, subtotal: int) -> None:
    sums = totals(basket(item(unit, quantity)))

    assert sums.subtotal_minor == sums.total_minor == subtotal


def test_three_lines_of_a_third_are_rounded_each() -> None:
    """Each line is what its buyer is shown, so it is rounded before it is added up."""
    sums = totals(basket(*(item("33.3", product=name) for name in ("a", "b", "c"))))

    assert (sums.total_minor, [line.total_minor for line in sums.lines]) == (99, [33, 33, 33])


def test_nothing_costs_nothing() -> None:
    sums = totals(basket(rates=[inclusive("19")], discounts=[percent("10"), fixed(100)]))

    assert (told(sums), sums.discounts, sums.taxes) == ({}, [], [])


@pytest.mark.parametrize(
    ("unit", "rates", "taxes", "total"),
    [
        ("999", [inclusive("19")], [160], 999),  # 159.504
        ("11900", [inclusive("19")], [1900], 11900),
        ("999", [exclusive("19")], [190], 1189),  # 189.81
        ("999", [exclusive("7.25")], [72], 1071),  # 72.4275
        ("1000", [exclusive("8.875")], [89], 1089),  # 88.75
        ("50", [exclusive("1")], [1], 51),  # 0.5
        ("10000", [exclusive("5", "GST"), exclusive("9.975", "QST")], [500, 998], 11498),
        ("1150", [inclusive("10", "one"), inclusive("5", "two")], [100, 50], 1150),
        ("1", [inclusive("20", "a"), inclusive("20", "b")], [0, 0], 1),  # 0.29 is tax
        ("3", [inclusive("100", name) for name in "abcde"], [1, 1, 1, 0, 0], 3),  # 2.5 is tax
        ("11900", [inclusive("19"), exclusive("10", "Levy")], [1900, 1000], 12900),
        ("999", [exclusive("0")], [0], 999),
        ("999", [], [], 999),
    ],
)
def test_taxes(unit: str, rates: Sequence[Rate], taxes: list[int], total: int) -> None:
    sums = totals(basket(item(unit), rates=rates))

    assert [tax.amount_minor for tax in sums.taxes] == taxes
    assert (sums.tax_minor, sums.total_minor) == (sum(taxes), total)


def test_a_tax_is_rounded_on_each_line() -> None:
    sums = totals(basket(item("50", product="a"), item("50", product="b"), rates=[exclusive("1")]))

    assert [line.tax_minor for line in sums.lines] == [1, 1]
    assert [tax.amount_minor for tax in sums.taxes] == [2]


def test_a_category_has_its_own_rates_or_the_standard_ones() -> None:
    rates = [exclusive("20"), exclusive("5", "Reduced", category="books")]
    sums = totals(
        basket(
            item("1000", product="mug"),
            item("1000", product="book", tax_category="books"),
            item("1000", product="tea", tax_category="food"),
            rates=rates,
        )
    )

    assert [line.tax_minor for line in sums.lines] == [200, 50, 200]
    assert {tax.name: tax.amount_minor for tax in sums.taxes} == {"Sales tax": 400, "Reduced": 50}


def test_a_category_is_free_of_tax_by_a_rate_of_nothing() -> None:
    rates = [exclusive("20"), exclusive("0", "Exempt", category="books")]
    sums = totals(basket(item("1000", tax_category="books"), rates=rates))

    assert (sums.total_minor, [tax.name for tax in sums.taxes]) == (1000, ["Exempt"])


STACKS: dict[str, Any] = {"is_stackable": True}


@pytest.mark.parametrize(
    ("discounts", "lines"),
    [
        ([percent("10")], [100, 200]),
        ([percent("100")], [1000, 2000]),
        ([percent("33.3333")], [333, 667]),  # 999.999 is 1000
        ([fixed(500)], [167, 333]),
        ([fixed(1)], [0, 1]),
        ([fixed(9999)], [1000, 2000]),
        ([percent("10", product_ids=[thing("b")])], [0, 200]),
        ([fixed(5000, product_ids=[thing("a")])], [1000, 0]),
        ([percent("10", product_ids=[])], [0, 0]),
        ([percent("10", minimum_minor=3000)], [100, 200]),
        ([percent("10", minimum_minor=3001)], [0, 0]),
        ([percent("10", minimum_minor=1001, product_ids=[thing("a")])], [0, 0]),
        # the percentage comes first, whatever stands first
        ([fixed(300, **STACKS), percent("10", **STACKS)], [200, 400]),
        ([percent("10", name="a", **STACKS), percent("10", name="b", **STACKS)], [190, 380]),
        ([percent("90", **STACKS), fixed(500, **STACKS)], [1000, 2000]),
        # the one that stands alone takes off more, as much, or less
        ([percent("10", **STACKS), fixed(301)], [100, 201]),
        ([percent("10", **STACKS), fixed(300, product_ids=[thing("a")])], [100, 200]),
        ([percent("10", **STACKS), fixed(299)], [100, 200]),
        ([fixed(200, name="a"), fixed(300, name="b"), fixed(250, name="c")], [100, 200]),
    ],
)
def test_discounts(discounts: Sequence[Discount], lines: list[int]) -> None:
    sums = totals(basket(item("1000", product="a"), item("2000", product="b"), discounts=discounts))

    assert off(sums) == lines
    assert sums.total_minor == 3000 - sum(lines)


def test_what_promotions_took_off_is_told_in_their_order() -> None:
    sums = totals(
        basket(
            item("1000"),
            discounts=[
                fixed(300, code="MINUS3", **STACKS),
                percent("10", **STACKS),
                fixed(900, name="never reached", minimum_minor=5000, **STACKS),
                fixed(5, name="alone"),
            ],
        )
    )

    assert [(one.name, one.code, one.amount_minor) for one in sums.discounts] == [
        ("percent", None, 100),
        ("fixed", "MINUS3", 300),
    ]


def test_taxes_are_of_what_is_left_after_discounts() -> None:
    sums = totals(basket(item("1190"), rates=[inclusive("19")], discounts=[percent("50")]))

    assert told(sums) == {"subtotal": 1190, "discount": 595, "tax": 95, "total": 595}


PARCEL = Shipping(name="Parcel", amount_minor=499, free_from_minor=2000)


@pytest.mark.parametrize(
    ("unit", "discounts", "shipping"),
    [
        ("1999", [], 499),
        ("2000", [], 0),
        ("2000", [fixed(1)], 499),
        ("2500", [percent("20")], 0),
    ],
)
def test_shipping_is_free_from_a_value_of_goods_after_discounts(
    unit: str, discounts: Sequence[Discount], shipping: int
) -> None:
    sums = totals(basket(item(unit), discounts=discounts, shipping=PARCEL))

    assert sums.shipping_minor == shipping
    assert sums.total_minor == sums.subtotal_minor - sums.discount_minor + shipping


def test_shipping_bears_the_tax_of_its_category_and_no_discount() -> None:
    sums = totals(
        basket(
            item("1000"),
            rates=[exclusive("20"), exclusive("5", "Freight", category="freight")],
            discounts=[percent("100")],
            shipping=Shipping(name="Pallet", amount_minor=2000, tax_category="freight"),
        )
    )

    assert sums.shipping is not None
    assert (sums.shipping.tax_minor, sums.shipping.total_minor) == (100, 2100)
    assert told(sums) == {
        "subtotal": 1000, "discount": 1000, "shipping": 2000, "tax": 100, "total": 2100,
    }  # fmt: skip


def test_a_buyer_who_owes_the_tax_pays_the_prices_without_it() -> None:
    sums = totals(
        basket(
            item("11900"),
            rates=[inclusive("19"), exclusive("3", "Levy")],
            discounts=[percent("10")],
            shipping=Shipping(name="Parcel", amount_minor=595),
            is_reverse_charge=True,
        )
    )

    assert told(sums) == {"subtotal": 10000, "discount": 1000, "shipping": 500, "total": 9500}
    assert (sums.taxes, sums.is_reverse_charge) == ([], True)


@pytest.mark.parametrize(
    ("code", "unit", "total"),
    [
        ("JPY", "150", 165),
        ("EUR", "1999", 2199),
        ("BHD", "1250", 1375),
        ("XLM", "10000001", 11000001),
    ],
)
def test_a_currency_of_any_exponent_is_counted_in_its_smallest_unit(
    code: str, unit: str, total: int
) -> None:
    sums = totals(Basket(currency=Currency(code), items=[item(unit)], rates=[exclusive("10")]))

    assert (sums.currency, sums.total_minor) == (code, total)


def test_a_total_stays_within_what_an_amount_may_be() -> None:
    most = "1000000000000000"
    assert totals(basket(item(most))).total_minor == 10**15
    with pytest.raises(AmountTooLarge):
        totals(basket(item(most), rates=[exclusive("1")]))
    with pytest.raises(AmountTooLarge):
        totals(basket(item(most, 2), discounts=[percent("100")]))


def test_a_percentage_has_at_most_four_digits() -> None:
    with pytest.raises(ValueError, match="more than 4 digits"):
        totals(basket(item("100"), rates=[exclusive("7.12345")]))
    assert totals(basket(item("1000000"), rates=[exclusive("7.1234")])).tax_minor == 71234
