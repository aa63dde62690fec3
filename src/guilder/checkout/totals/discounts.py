"""Discounts: which promotions apply, and what each takes off each line."""

from collections.abc import Sequence

from .basket import Basket, Discount, Kind
from .rounding import WHOLE, rounded, spread, steps
from .sums import AppliedDiscount


def take_off(basket: Basket, subtotals: Sequence[int]) -> tuple[list[int], list[AppliedDiscount]]:
    """What is taken off each line: by all that stack, or by the one that takes off more alone."""
    together = [discount for discount in basket.discounts if discount.is_stackable]
    choices = [[one] for one in basket.discounts if not one.is_stackable]
    best = _apply(basket, subtotals, sorted(together, key=lambda one: one.kind is Kind.FIXED))
    for choice in choices:
        other = _apply(basket, subtotals, choice)
        if sum(other[0]) > sum(best[0]):
            best = other
    return best


def _apply(
    basket: Basket, subtotals: Sequence[int], discounts: Sequence[Discount]
) -> tuple[list[int], list[AppliedDiscount]]:
    """Each takes from what those before it have left."""
    taken = [0] * len(subtotals)
    applied = []
    for discount in discounts:
        places = _places(basket, discount)
        if sum(subtotals[place] for place in places) < (discount.minimum_minor or 0):
            continue
        left = [subtotals[place] - taken[place] for place in places]
        amount = _amount(discount, sum(left))
        if amount == 0:
            continue
        for place, part in zip(places, spread(amount, left), strict=True):
            taken[place] += part
        applied.append(
            AppliedDiscount(
                promotion_id=discount.promotion_id,
                code=discount.code,
                name=discount.name,
                amount_minor=amount,
            )
        )
    return taken, applied


def _places(basket: Basket, discount: Discount) -> Sequence[int]:
    """The lines to which a promotion applies."""
    wanted = discount.product_ids
    if wanted is None:
        return range(len(basket.items))
    return [place for place, item in enumerate(basket.items) if item.product_id in wanted]


def _amount(discount: Discount, left: int) -> int:
    """What a promotion takes off of what is left: never more than that."""
    if discount.percentage is not None:
        return min(left, rounded(left * steps(discount.percentage), WHOLE))
    return min(left, discount.amount_minor or 0)
