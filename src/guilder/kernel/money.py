"""Amounts of one currency, counted in its smallest unit."""

import copy
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from .currency import Currency, currency, exponents
from .problem import Problem

MAX_MINOR: Final = 10**15
"""Beyond this many smallest units an amount is a mistake; a thousand of them fit into a bigint."""

WRITTEN = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,16})(?:\.(?P<fraction>\d{1,8}))?", re.ASCII)
LETTER_AT_DIGIT = re.compile(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])")


class AmountNotReadable(Problem, status=422):
    """An amount is digits, with at most as many after the point as the currency has."""

    amount: str
    currency: str


class AmountTooLarge(Problem, status=422):
    """An amount stays within a quadrillion of the currency's smallest unit."""

    maximum_minor: int = MAX_MINOR


class Money(msgspec.Struct, frozen=True, order=False):
    """An exact amount. Two currencies never mix: the attempt is a bug, so it raises."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if abs(self.minor) > MAX_MINOR:
            raise AmountTooLarge

    @classmethod
    def parse(cls, amount: str, code: str) -> "Money":
        """Read an amount as people write it: `Money.parse("5.00", "EUR")`."""
        unit = currency(code)
        digits = exponents()[unit]
        written = WRITTEN.fullmatch(amount)
        fraction = (written["fraction"] or "") if written else ""
        if not written or len(fraction) > digits:
            raise AmountNotReadable(amount=amount[:40], currency=code)
        minor = int(written["whole"] + fraction.ljust(digits, "0"))
        return cls(-minor if written["sign"] else minor, unit)

    def __str__(self) -> str:
        return f"{self.decimal} {self.currency}"

    @property
    def decimal(self) -> Decimal:
        """The amount with its point, all digits kept."""
        return Decimal(self.minor).scaleb(-exponents()[self.currency])

    def display(self, locale: str = "en") -> str:
        """The amount as people of this locale write it."""
        from babel import Locale  # noqa: PLC0415 - slow to load, for pages only

        digits = exponents()[self.currency]
        place = Locale.parse(locale)
        pattern = copy.copy(place.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        written: str = pattern.apply(
            self.decimal, place, currency=self.currency, currency_digits=False
        )
        return LETTER_AT_DIGIT.sub("\xa0", written)

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """Split by weights; what rounding leaves goes to the largest remainders, so parts sum."""
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights are not negative, and at least one is positive")
        shares = [divmod(abs(self.minor) * weight, total) for weight in weights]
        left = abs(self.minor) - sum(whole for whole, _ in shares)
        first = sorted(range(len(shares)), key=lambda place: -shares[place][1])[:left]
        sign = -1 if self.minor < 0 else 1
        return [
            Money(sign * (whole + (place in first)), self.currency)
            for place, (whole, _) in enumerate(shares)
        ]

    def __add__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._must_match(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._must_match(other)
        return self.minor < other.minor

    def __le__(self, other: "Money") -> bool:
        return not other < self

    def _must_match(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise TypeError(f"{self.currency} does not mix with {other.currency}")
