"""The reader: in which language a receipt is read, and how amounts and days are written there."""

import copy
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import msgspec

from guilder.kernel import Currency, Money, exponents
from guilder.mail import LANGUAGES

from .words import Words, words_in

MOST_WISHES: Final = 20
FINEST: Final = 8
"""Digits after the point of a price that is finer than any coin."""


class Reader(msgspec.Struct, frozen=True):
    """A language, and the place by whose habits numbers are written."""

    language: str
    locale: str

    @property
    def words(self) -> Words:
        """All that is said in this language."""
        return words_in(self.language)

    def money(self, minor: int, currency: Currency) -> str:
        """An amount."""
        return Money(minor, currency).display(self.locale)

    def price(self, unit_amount: Decimal, currency: Currency) -> str:
        """What one costs, with all the digits that it has."""
        from babel import Locale  # noqa: PLC0415 - slow to load, for pages only

        if unit_amount == unit_amount.to_integral_value():
            return self.money(int(unit_amount), currency)
        digits = exponents()[currency]
        place = Locale.parse(self.locale)
        pattern = copy.copy(place.currency_formats["standard"])
        pattern.frac_prec = (digits, FINEST)
        written: str = pattern.apply(
            unit_amount.scaleb(-digits), place, currency=currency, currency_digits=False
        )
        return written

    def percent(self, percentage: Decimal) -> str:
        """A percentage, with all the digits that it has."""
        from babel import Locale  # noqa: PLC0415 - as above

        place = Locale.parse(self.locale)
        pattern = copy.copy(place.percent_formats[None])
        pattern.frac_prec = (0, 4)
        written: str = pattern.apply(percentage / 100, place)
        return written

    def number(self, count: int) -> str:
        """A number of pieces."""
        from babel.numbers import format_decimal  # noqa: PLC0415 - as above

        written: str = format_decimal(count, locale=self.locale)
        return written

    def day(self, at: datetime) -> str:
        """A day, of UTC."""
        from babel.dates import format_date  # noqa: PLC0415 - as above

        written: str = format_date(at.astimezone(UTC), "long", locale=self.locale)
        return written

    def country(self, code: str) -> str:
        """What a country is called."""
        from babel import Locale  # noqa: PLC0415 - as above

        name: str = Locale.parse(self.locale).territories.get(code, code)
        return name


def reader_of(*wishes: str) -> Reader:
    """Who reads, by the first of these languages in which we write; English where that is none."""
    for wish in wishes:
        language, _, place = wish.replace("_", "-").partition("-")
        if language.lower() in LANGUAGES:
            return Reader(language.lower(), _locale(language.lower(), place))
    return Reader(LANGUAGES[0], LANGUAGES[0])


def accepted_in(header: str) -> list[str]:
    """What a browser says of the languages that it reads, the best first."""
    weighed = []
    for part in header.split(",")[:MOST_WISHES]:
        name, _, weight = part.replace(" ", "").partition(";q=")
        try:
            weighed.append((float(weight or 1), name))
        except ValueError:
            continue
    best = sorted(weighed, key=lambda one: -one[0])
    return [name for weight, name in best if weight > 0]


def spoken_in(country: str | None) -> list[str]:
    """The languages of a country, those first that most people speak there; English at last."""
    from babel.languages import get_official_languages  # noqa: PLC0415 - as above

    if country is None:
        return []
    spoken: Iterable[str] = get_official_languages(country, de_facto=True)
    return [f"{language}-{country}" for language in (*spoken, LANGUAGES[0])]


def _locale(language: str, place: str) -> str:
    from babel.localedata import exists  # noqa: PLC0415 - as above

    locale = f"{language}_{place.upper()}"
    return locale if place.isalpha() and exists(locale) else language
