"""Totals: from a basket to what is to be paid, in integers.

The order of things: prices times quantities, each line rounded once; without the tax
that they contain where the buyer owes it (reverse charge); less discounts; then taxes
on what is left of each line. So the lines and the shipping always sum to the total.
"""

from collections.abc import Callable, Sequence
from typing import Final

from guilder.kernel import MAX_MINOR, AmountTooLarge

from .basket import Basket
from .discounts import take_off
from .levies import Burden, burdens, by_rate
from .rounding import priced
from .sums import LineTotals, TaxLine, Totals

SHIPPING: Final = "shipping"
"""The key of the line that shipping makes."""


def totals(basket: Basket) -> Totals:
    """What a basket costs."""
    burden = burdens(basket.rates)
    subtotals = _subtotals(basket, burden)
    taken, applied = take_off(basket, subtotals) if basket.discounts else ([0] * len(subtotals), [])
    lines = [
        _line(
            item.key,
            subtotal,
            off,
            taxes=_taxes(basket, burden(item.tax_category), subtotal - off),
        )
        for item, subtotal, off in zip(basket.items, subtotals, taken, strict=True)
    ]
    shipping = _shipping(basket, burden, goods=sum(subtotals) - sum(taken))
    every = [*lines, shipping] if shipping else lines
    found = Totals(
        currency=basket.currency,
        lines=lines,
        shipping=shipping,
        subtotal_minor=sum(subtotals),
        discount_minor=sum(taken),
        shipping_minor=shipping.subtotal_minor if shipping else 0,
        tax_minor=sum(line.tax_minor for line in every),
        total_minor=sum(line.total_minor for line in every),
        discounts=applied,
        taxes=by_rate([line.taxes for line in every]),
        is_reverse_charge=basket.is_reverse_charge,
    )
    if max(found.subtotal_minor, found.total_minor) > MAX_MINOR:
        raise AmountTooLarge
    return found


def _subtotals(basket: Basket, burden: Callable[[str], Burden]) -> list[int]:
    """The lines before discounts; where the buyer owes the tax, without the tax in the prices."""
    gross = [priced(item.unit_amount, item.quantity) for item in basket.items]
    if not basket.is_reverse_charge:
        return gross
    return [
        amount - burden(item.tax_category).inside(amount)
        for item, amount in zip(basket.items, gross, strict=True)
    ]


def _shipping(basket: Basket, burden: Callable[[str], Burden], *, goods: int) -> LineTotals | None:
    if basket.shipping is None:
        return None
    levied = burden(basket.shipping.tax_category)
    amount = basket.shipping.cost(goods)
    if basket.is_reverse_charge:
        amount -= levied.inside(amount)
    return _line(SHIPPING, amount, 0, taxes=_taxes(basket, levied, amount))


def _taxes(basket: Basket, burden: Burden, amount: int) -> list[TaxLine]:
    return [] if basket.is_reverse_charge else burden.taxes(amount)


def _line(key: str, subtotal: int, off: int, *, taxes: Sequence[TaxLine]) -> LineTotals:
    added = sum(tax.amount_minor for tax in taxes if not tax.is_inclusive)
    return LineTotals(
        key=key,
        subtotal_minor=subtotal,
        discount_minor=off,
        tax_minor=sum(tax.amount_minor for tax in taxes),
        total_minor=subtotal - off + added,
        taxes=list(taxes),
    )
