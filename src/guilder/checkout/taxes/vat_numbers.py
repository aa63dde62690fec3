"""VAT numbers of the EU: their form and their check digits. Nobody is asked."""

from typing import Final

from guilder.kernel import Problem

EU: Final = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip

ELLAS: Final = {"EL": "GR"}
"""Greece writes its numbers under a name of its own."""

MOST: Final = 40
"""Characters of what may be a number, with the spaces and dots that people write."""


class VatNumberNotValid(Problem, status=422):
    """This is not a VAT number of an EU country: its form or its check digits are wrong."""

    vat_number: str


def vat_number(written: str) -> str:
    """A VAT number as it is kept, without spaces, dots and hyphens."""
    from stdnum.eu import vat  # noqa: PLC0415 - loads a module for each country, only once needed
    from stdnum.exceptions import ValidationError  # noqa: PLC0415

    try:
        number = str(vat.validate(written[:MOST]))
    except ValidationError as refused:
        raise VatNumberNotValid(vat_number=written[:MOST]) from refused
    if country_of(number) not in EU:
        raise VatNumberNotValid(vat_number=written[:MOST])
    return number


def country_of(number: str) -> str:
    """The country that gave a number."""
    return ELLAS.get(number[:2], number[:2])


def in_the_eu(country: str | None) -> bool:
    """Whether a country belongs to the European Union."""
    return country in EU
