"""Words: amounts and days as people read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from guilder.kernel import Money, exponents

LOCALE = "en"


def money_told(money: Money) -> str:
    """An amount with its currency, as it is written in the reader's language."""
    from babel.numbers import format_currency  # noqa: PLC0415 - pages only

    digits = exponents()[money.currency]
    amount = Decimal(money.minor).scaleb(-digits)
    text: str = format_currency(
        amount, money.currency, locale=LOCALE, currency_digits=False, format=_form(digits)
    )
    return text


def day_told(day: date) -> str:
    """A day, as it is written in the reader's language."""
    from babel.dates import format_date  # noqa: PLC0415 - pages only

    text: str = format_date(day, "d MMM y", locale=LOCALE)
    return text


def moment_told(at: datetime, now: datetime) -> str:
    """A moment of UTC: of today by its time alone, of another year with that."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    if at.date() == now.date():
        return f"{at:%H:%M}"
    return f"{at:%-d %b, %H:%M}" if at.year == now.year else f"{at:%-d %b %Y, %H:%M}"


def counted_told(count: int, noun: str) -> str:
    """So many of something."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _form(digits: int) -> str:
    fraction = "." + "0" * digits if digits else ""
    return f"¤#,##0{fraction};-¤#,##0{fraction}"
