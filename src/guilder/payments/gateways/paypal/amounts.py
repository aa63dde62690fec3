"""Amounts as PayPal writes them: decimal strings, in the currencies that it takes."""

from typing import Final

from guilder.kernel import Money, exponents
from guilder.payments.gateways.gateway import Declined

from .documents import Amount

TAKEN: Final = frozenset(
    {
        *("AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "ILS"),
        *("INR", "JPY", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TWD"),
        "USD",
    }
)
"""INR, CNY, MYR and BRL are for accounts of those countries; PayPal tells the others so itself."""

WHOLE: Final = frozenset({"HUF", "JPY", "TWD"})
"""PayPal refuses digits after the point here, also where ISO 4217 has two."""


def refusal_of(amount: Money) -> Declined | None:
    """Why PayPal would not take this amount, if it would not."""
    if amount.currency not in TAKEN:
        return Declined(
            code="currency_not_supported", message=f"PayPal does not take {amount.currency}."
        )
    if amount.decimal != round(amount.decimal, _digits(amount.currency)):
        return Declined(
            code="decimals_not_supported",
            message=f"PayPal takes {amount.currency} in whole units only.",
        )
    return None


def written(amount: Money) -> dict[str, str]:
    """The amount for a request."""
    value = f"{amount.decimal:.{_digits(amount.currency)}f}"
    return {"currency_code": amount.currency, "value": value}


def read(amount: Amount) -> Money:
    """The amount of a reply, which may have more zeros than the currency has digits."""
    whole, _, fraction = amount.value.partition(".")
    digits = fraction.rstrip("0")
    return Money.parse(f"{whole}.{digits}" if digits else whole, amount.currency_code)


def _digits(currency: str) -> int:
    return 0 if currency in WHOLE else exponents()[currency]
