"""The tongue: the language of a buyer, and how amounts and days are written where they live."""

import copy
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, Self

import msgspec

from guilder.kernel import Currency, Money, exponents
from guilder.mail import LANGUAGES

OWN_NAMES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
WISH: Final = re.compile(
    r"(?P<language>[a-z]{2,3})(?:-[a-z]{4})?(?:-(?P<place>[a-z]{2}))?(?:-[a-z0-9]+)*",
    re.IGNORECASE | re.ASCII,
)
MOST_WISHES: Final = 20
LEAST_WEIGHT: Final = 0.001
FINEST: Final = 8
"""Digits after the point of a price that is finer than any coin."""


class Tongue(msgspec.Struct, frozen=True):
    """A language in which we write, and the place by whose habits numbers are written."""

    language: str
    locale: str

    @classmethod
    def of(cls, *wishes: str) -> Self:
        """The first of these languages in which we write; English where that is none."""
        for language, place in map(_told, wishes):
            if language in LANGUAGES:
                return cls(language, _locale(language, place))
        return cls(LANGUAGES[0], LANGUAGES[0])

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

    def time(self, at: datetime) -> str:
        """A time of the day."""
        from babel.dates import format_time  # noqa: PLC0415 - as above

        return f"{format_time(at, 'short', tzinfo=UTC, locale=self.locale)} UTC"

    def moment(self, at: datetime) -> str:
        """A day and a time of it."""
        return f"{self.day(at)}, {self.time(at)}"

    def country(self, code: str) -> str:
        """What a country is called."""
        from babel import Locale  # noqa: PLC0415 - as above

        name: str = Locale.parse(self.locale).territories.get(code, code)
        return name


def accepted_in(header: str) -> list[str]:
    """What a browser says of the languages that it reads, the best first."""
    weighed = []
    for part in header.split(",")[:MOST_WISHES]:
        name, _, weight = part.replace(" ", "").partition(";q=")
        weighed.append((_weight(weight), name))
    best = sorted(weighed, key=lambda one: -one[0])
    return [name for weight, name in best if weight > 0]


def spoken_in(country: str | None) -> list[str]:
    """The languages of a country, those first that most people speak there; English at last."""
    from babel.languages import get_official_languages  # noqa: PLC0415 - as above

    if country is None:
        return []
    spoken: Iterable[str] = get_official_languages(country, de_facto=True)
    return [f"{language}-{country}" for language in (*spoken, LANGUAGES[0])]


def placed(wanted: str | None, accepted: list[str]) -> str:
    """A language that was asked for by its name, as it is written where the browser lives."""
    return next((one for one in accepted if wanted and _told(one)[0] == wanted), wanted or "")


def _told(wish: str) -> tuple[str, str | None]:
    found = WISH.fullmatch(wish.replace("_", "-"))
    return (found["language"].lower(), found["place"]) if found else ("", None)


def _locale(language: str, place: str | None) -> str:
    from babel.localedata import exists  # noqa: PLC0415 - as above

    locale = f"{language}_{place.upper()}" if place else language
    return locale if exists(locale) else language


def _weight(written: str) -> float:
    """What cannot be read counts least."""
    try:
        return float(written) if written else 1.0
    except ValueError:
        return LEAST_WEIGHT
