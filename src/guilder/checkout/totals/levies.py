"""Levies: which taxes a line bears, and how much each of them is."""

from collections.abc import Callable, Sequence

from .basket import STANDARD, Rate
from .rounding import WHOLE, rounded, spread, steps
from .sums import TaxLine


class Burden:
    """The rates that one category bears, counted once for all lines of it."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self.inclusive = [(rate, steps(rate.percentage)) for rate in rates if rate.is_inclusive]
        self.exclusive = [(rate, steps(rate.percentage)) for rate in rates if not rate.is_inclusive]
        self.weights = [weight for _, weight in self.inclusive]
        self.contained = sum(self.weights)

    def inside(self, gross: int) -> int:
        """What of a price is tax: rounded once, whatever number of taxes it is."""
        contained = self.contained
        return rounded(gross * contained, WHOLE + contained) if contained else 0

    def taxes(self, gross: int) -> list[TaxLine]:
        """The taxes on a price, those that it contains first."""
        inside = self.inside(gross)
        net = gross - inside
        parts = spread(inside, self.weights) if inside else [0] * len(self.weights)
        return [
            *(_line(rate, part) for (rate, _), part in zip(self.inclusive, parts, strict=True)),
            *(_line(rate, rounded(net * weight, WHOLE)) for rate, weight in self.exclusive),
        ]


def burdens(rates: Sequence[Rate]) -> Callable[[str], Burden]:
    """Finds a category's burden: its own rates, or the standard ones where it has none."""
    known: dict[str, Burden] = {}

    def of(category: str) -> Burden:
        found = known.get(category)
        if found is None:
            own = [rate for rate in rates if rate.category == category]
            found = Burden(own or [rate for rate in rates if rate.category == STANDARD])
            known[category] = found
        return found

    return of


def by_rate(lines: Sequence[Sequence[TaxLine]]) -> list[TaxLine]:
    """The taxes of all lines, those of one rate added up."""
    sums: dict[tuple[object, ...], int] = {}
    for taxes in lines:
        for tax in taxes:
            rate = (tax.name, tax.percentage, tax.is_inclusive)
            sums[rate] = sums.get(rate, 0) + tax.amount_minor
    return [
        TaxLine(name=name, percentage=percentage, is_inclusive=is_inclusive, amount_minor=amount)  # type: ignore[arg-type]
        for (name, percentage, is_inclusive), amount in sums.items()
    ]


def _line(rate: Rate, amount: int) -> TaxLine:
    return TaxLine(
        name=rate.name,
        percentage=rate.percentage,
        is_inclusive=rate.is_inclusive,
        amount_minor=amount,
    )
