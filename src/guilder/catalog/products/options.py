"""Options: how the variants of a product differ. Each has a value of each; no two are the same."""

from collections.abc import Iterable, Sequence

from guilder.kernel import Problem

Likeness = tuple[str | None, frozenset[tuple[str, str]]]


class OptionsNotComplete(Problem, status=422):
    """A variant names a value of each option of its product, and of no other."""

    options: list[str]


class VariantNotDistinct(Problem, status=409):
    """Another variant of the product has the same name and options."""

    name: str | None


def refuse_options(
    options: Sequence[str],
    new: Iterable[tuple[str | None, dict[str, str]]],
    *,
    beside: Iterable[tuple[str | None, dict[str, str]]] = (),
) -> None:
    """Refuse variants that leave an option open, or of which two are like each other."""
    seen = {_likeness(name, values) for name, values in beside}
    for name, values in new:
        if values.keys() != set(options):
            raise OptionsNotComplete(options=list(options))
        likeness = _likeness(name, values)
        if likeness in seen:
            raise VariantNotDistinct(name=name)
        seen.add(likeness)


def _likeness(name: str | None, values: dict[str, str]) -> Likeness:
    return (
        name and name.strip().casefold(),
        frozenset((option, value.strip().casefold()) for option, value in values.items()),
    )
