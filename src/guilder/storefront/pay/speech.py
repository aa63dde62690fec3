"""Speech: the language of a buyer, and how amounts and days are written where they live."""

import copy
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from guilder.kernel import Currency, Money
from guilder.mail import LANGUAGES

TEXTS: Final = Path(__file__).parent / "texts"
OWN_NAMES: Final = {"en": "English", "de": "Deutsch", "es": "Español", "fr": "Français"}
WANTED: Final = re.compile(
    r"^(?P<language>[a-z]{2,3})(?:-[a-z]{4})?(?:-(?P<place>[a-z]{2}))?$", re.IGNORECASE | re.ASCII
)
MOST_WANTED: Final = 20


class Speech(msgspec.Struct, frozen=True):
    """A language that the page speaks, and the place by whose habits it writes numbers."""

    language: str
    locale: str

    def __call__(self, key: str, **values: Any) -> str:
        """A sentence in this language."""
        return texts_in(self.language)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in texts_in(self.language)

    def money(self, minor: int, currency: str) -> str:
        """An amount."""
        return Money(minor, Currency(currency)).display(self.locale)

    def percent(self, percentage: Decimal) -> str:
        """A percentage, with all the digits that it has."""
        from babel import Locale  # noqa: PLC0415 - slow to load, for pages only

        place = Locale.parse(self.locale)
        pattern = copy.copy(place.percent_formats[None])
        pattern.frac_prec = (0, 4)
        written: str = pattern.apply(percentage / 100, place)
        return written

    def moment(self, at: datetime) -> str:
        """A day and a time of it."""
        from babel.dates import format_date  # noqa: PLC0415 - as above

        return f"{format_date(at.astimezone(UTC), 'long', locale=self.locale)}, {self.time(at)}"

    def time(self, at: datetime) -> str:
        """A time of the day."""
        from babel.dates import format_time  # noqa: PLC0415 - as above

        return f"{format_time(at, 'short', tzinfo=UTC, locale=self.locale)} UTC"

    def country(self, code: str) -> str:
        """What a country is called."""
        from babel import Locale  # noqa: PLC0415 - as above

        name: str = Locale.parse(self.locale).territories.get(code, code)
        return name


def speech_for(wanted: str | None, accepted: str) -> Speech:
    """The speech that is asked for by name, or else the first that a browser accepts."""
    if wanted in LANGUAGES:
        places = (place for language, place in _accepted(accepted) if language == wanted)
        return _speech(wanted, next(places, None))
    for language, place in _accepted(accepted):
        if language in LANGUAGES:
            return _speech(language, place)
    return _speech(LANGUAGES[0], None)


@cache
def texts_in(language: str) -> dict[str, str]:
    """All sentences of a language."""
    return tomllib.loads((TEXTS / f"{language}.toml").read_text("utf-8"))


def _speech(language: str, place: str | None) -> Speech:
    from babel.localedata import exists  # noqa: PLC0415 - as above

    locale = f"{language}_{place.upper()}" if place else language
    return Speech(language, locale if exists(locale) else language)


def _accepted(header: str) -> Iterator[tuple[str, str | None]]:
    """Languages with their places, best first."""
    weighed = []
    for part in header.split(",")[:MOST_WANTED]:
        name, _, weight = part.strip().partition(";q=")
        found = WANTED.match(name.strip())
        if found is not None:
            weighed.append((_weight(weight), found["language"].lower(), found["place"]))
    for _, language, place in sorted(weighed, key=lambda one: -one[0]):
        yield language, place


def _weight(written: str) -> float:
    try:
        return float(written) if written else 1.0
    except ValueError:
        return 0.0
