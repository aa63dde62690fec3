"""Currencies: three letters, and how many digits their smallest unit has."""

import functools
from typing import NewType

from .problem import Problem

Currency = NewType("Currency", str)

PRICED_ASSETS = {"XLM": 7}
"""Assets that are priced under a three-letter code of their own, beside ISO 4217."""


class CurrencyNotKnown(Problem, status=422):
    """A currency is a three-letter ISO 4217 code, or XLM."""

    currency: str


@functools.cache
def exponents() -> dict[str, int]:
    """Every currency in which an amount can be written, with its digits."""
    from iso4217 import Currency as IsoCurrency  # noqa: PLC0415 - reads XML, so only once needed

    official = {entry.code: entry.exponent for entry in IsoCurrency if entry.exponent is not None}
    return official | PRICED_ASSETS


def currency(code: str) -> Currency:
    """Read a currency, or refuse it."""
    if code not in exponents():
        raise CurrencyNotKnown(currency=code)
    return Currency(code)
