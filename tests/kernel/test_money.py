"""Money is counted exactly, in one currency at a time."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso4217 import Currency as IsoCurrency

from guilder.kernel import (
    MAX_MINOR,
    AmountNotReadable,
    AmountTooLarge,
    Currency,
    CurrencyNotKnown,
    Money,
    exponents,
)

USD = Currency("USD")
currencies = st.sampled_from(sorted(exponents()))
minors = st.integers(-MAX_MINOR, MAX_MINOR)


def test_every_currency_of_iso_4217_has_its_exponent() -> None:
    official = {entry.code: entry.exponent for entry in IsoCurrency if entry.exponent is not None}

    assert official.items() <= exponents().items()
    assert {exponents()[code] for code in ("JPY", "USD", "BHD", "CLF", "XLM")} == {0, 2, 3, 4, 7}
    assert (exponents()["IQD"], exponents()["MGA"]) == (3, 2)


@pytest.mark.parametrize(
    ("amount", "code", "minor"),
    [
        ("5.00", "EUR", 500),
        ("5", "EUR", 500),
        ("5.1", "EUR", 510),
        ("-0.01", "USD", -1),
        ("0", "USD", 0),
        ("1000", "JPY", 1000),
        ("1.234", "BHD", 1234),
        ("0.0000001", "XLM", 1),
    ],
)
def test_an_amount_is_read_as_people_write_it(amount: str, code: str, minor: int) -> None:
    assert Money.parse(amount, code) == Money(minor, Currency(code))


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("5.001", "EUR"),
        ("1.5", "JPY"),
        ("1e3", "USD"),
        ("1,50", "EUR"),
        (" 5", "EUR"),
        ("\u0665", "EUR"),
        ("", "EUR"),
        ("--1", "EUR"),
        ("+1", "EUR"),
        (".5", "EUR"),
        ("1.", "EUR"),
        ("NaN", "EUR"),
    ],
)
def test_what_is_not_an_amount_is_refused(amount: str, code: str) -> None:
    with pytest.raises(AmountNotReadable):
        Money.parse(amount, code)


@pytest.mark.parametrize("code", ["usd", "XAU", "XXX", "US", "DOGE", ""])
def test_what_is_not_a_currency_is_refused(code: str) -> None:
    with pytest.raises(CurrencyNotKnown):
        Money.parse("1", code)


def test_an_amount_has_a_limit() -> None:
    assert Money(MAX_MINOR, USD)
    with pytest.raises(AmountTooLarge):
        Money(MAX_MINOR + 1, USD)
    with pytest.raises(AmountTooLarge):
        Money.parse("9999999999999999", "USD")


@given(minor=minors, code=currencies)
def test_what_is_written_is_read_back(minor: int, code: str) -> None:
    money = Money(minor, Currency(code))
    written, _, currency = str(money).partition(" ")

    assert Money.parse(f"{Decimal(written):f}", currency) == money


@given(minor=minors, weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=20))
def test_parts_always_sum_to_the_whole(minor: int, weights: list[int]) -> None:
    whole = Money(minor, USD)
    if not any(weights):
        with pytest.raises(ValueError, match="at least one is positive"):
            whole.allocate(weights)
        return

    parts = whole.allocate(weights)

    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Decimal(minor) * weight / sum(weights)) < 1
        assert weight or not part.minor


def test_what_rounding_leaves_goes_to_the_largest_remainders() -> None:
    assert [part.minor for part in Money(100, USD).allocate([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(101, USD).allocate([1, 3])] == [25, 76]
    assert [part.minor for part in Money(-100, USD).allocate([1, 1, 1])] == [-34, -33, -33]


def test_two_currencies_never_mix() -> None:
    for mix in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__):
        with pytest.raises(TypeError, match="does not mix"):
            mix(Money(1, USD), Money(1, Currency("EUR")))


@given(one=minors, two=minors)
def test_sums_and_order_are_those_of_integers(one: int, two: int) -> None:
    first, second = Money(one // 2, USD), Money(two // 2, USD)

    assert (first + second).minor == first.minor + second.minor
    assert (first - second).minor == first.minor - second.minor
    assert (-first).minor == -first.minor
    assert (first < second) == (first.minor < second.minor)
    assert (first <= second) == (first.minor <= second.minor)


@pytest.mark.parametrize(
    ("money", "locale", "shown"),
    [
        (Money(150000, USD), "en_US", "$1,500.00"),
        (Money(150000, Currency("EUR")), "de_DE", "1.500,00\xa0€"),
        (Money(1500, Currency("JPY")), "ja_JP", "￥1,500"),
        (Money(1500, Currency("IQD")), "en_US", "IQD\xa01.500"),
        (Money(15, Currency("XLM")), "en_US", "XLM\xa00.0000015"),
    ],
)
def test_an_amount_is_shown_with_the_digits_of_iso(money: Money, locale: str, shown: str) -> None:
    assert money.display(locale) == shown
