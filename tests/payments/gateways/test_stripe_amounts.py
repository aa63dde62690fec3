"""Stripe's units, a line for each kind of currency, as its documentation has them."""

import pytest

from guilder.kernel import Money
from guilder.payments.gateways.stripe.amounts import AmountNotPayable, from_stripe, to_stripe


@pytest.mark.parametrize(
    ("amount", "code", "count"),
    [
        ("10.00", "USD", 1000),
        ("10.01", "EUR", 1001),
        ("500", "JPY", 500),
        ("500", "KRW", 500),
        ("500", "XOF", 500),
        ("12.00", "MGA", 12),
        ("5", "ISK", 500),
        ("5", "UGX", 500),
        ("10.45", "HUF", 1045),
        ("8.01", "TWD", 801),
        ("5.120", "KWD", 5120),
        ("5.130", "TND", 5130),
    ],
)
def test_an_amount_there_and_back(amount: str, code: str, count: int) -> None:
    money = Money.parse(amount, code)

    assert to_stripe(money) == count
    assert from_stripe(count, code.lower()) == money


@pytest.mark.parametrize(("amount", "code"), [("5.124", "KWD"), ("0.001", "BHD"), ("12.20", "MGA")])
def test_what_stripe_does_not_count_as_finely(amount: str, code: str) -> None:
    with pytest.raises(AmountNotPayable, match=code):
        to_stripe(Money.parse(amount, code))


def test_a_fraction_of_a_unit_is_rounded() -> None:
    """Króna had hundredths until 2023, and refunds of that time still do."""
    assert from_stripe(4010, "isk") == Money.parse("40", "ISK")
    assert from_stripe(-4090, "isk") == Money.parse("-41", "ISK")
