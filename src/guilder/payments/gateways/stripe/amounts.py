"""Stripe's own smallest units: those of ISO 4217, but for a few currencies."""

from decimal import Decimal
from typing import Final

from guilder.kernel import Currency, Money, currency, exponents

DIGITS_OF_ITS_OWN: Final = {"MGA": 0, "ISK": 2, "UGX": 2}
"""Stripe counts the ariary whole, and króna and shilling in hundredths that are always zero."""

THREE_DIGITS: Final = 3
STEP_OF_THREE_DIGITS: Final = 10
"""The last of three digits is zero: card networks carry two."""


class AmountNotPayable(Exception):
    """Stripe cannot express this amount in its units."""


def to_stripe(amount: Money) -> int:
    """How Stripe counts an amount."""
    digits, _ = _digits(amount.currency)
    count = amount.decimal.scaleb(digits)
    if count % 1 or (digits == THREE_DIGITS and count % STEP_OF_THREE_DIGITS):
        raise AmountNotPayable(f"Stripe does not count {amount.currency} as finely as {amount}")
    return int(count)


def is_payable(amount: Money) -> bool:
    """Whether Stripe can express it."""
    try:
        to_stripe(amount)
    except AmountNotPayable:
        return False
    return True


def from_stripe(count: int, code: str) -> Money:
    """What an amount of Stripe's is, to the nearest of our units."""
    unit = currency(code.upper())
    digits, usual = _digits(unit)
    return Money(int(Decimal(count).scaleb(usual - digits).to_integral_value()), unit)


def _digits(unit: Currency) -> tuple[int, int]:
    """How many digits Stripe has after the point, and how many ISO."""
    usual = exponents()[unit]
    return DIGITS_OF_ITS_OWN.get(unit, usual), usual
