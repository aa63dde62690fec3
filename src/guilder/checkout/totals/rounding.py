"""Rounding: from exact fractions to the smallest unit, half away from zero."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from .basket import MOST_DIGITS

WHOLE: Final = 100 * 10**MOST_DIGITS
"""A hundred percent, in the steps in which percentages are counted."""


def rounded(numerator: int, denominator: int) -> int:
    """A fraction that is not negative, as the nearest integer; a half goes up."""
    return (2 * numerator + denominator) // (2 * denominator)


def steps(percentage: Decimal) -> int:
    """A percentage as an integer: `WHOLE` of them are all."""
    scaled = percentage.scaleb(MOST_DIGITS)
    counted = int(scaled)
    if counted != scaled:
        raise ValueError(f"{percentage} has more than {MOST_DIGITS} digits after its point")
    return counted


def priced(unit_amount: Decimal, quantity: int) -> int:
    """What so many cost, exactly, and rounded once."""
    numerator, denominator = unit_amount.as_integer_ratio()
    return rounded(numerator * quantity, denominator)


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split by weights; what rounding leaves goes to the largest remainders, so parts sum.

    Of an amount that is no larger than the sum of its weights, no part is larger than its weight.
    """
    if len(weights) == 1:
        return [amount]
    total = sum(weights)
    shares = [divmod(amount * weight, total) for weight in weights]
    parts = [whole for whole, _ in shares]
    if left := amount - sum(parts):
        for place in sorted(range(len(shares)), key=lambda place: -shares[place][1])[:left]:
            parts[place] += 1
    return parts
