"""Ways: how a checkout can be paid at the page."""

from typing import Final

import msgspec

from guilder.checkout import Session
from guilder.db import Tx
from guilder.kernel import Money
from guilder.payments import gateways_for_buyers

from .speech import Speech


class Way(msgspec.Struct, frozen=True):
    """A way to pay: the gateway, and what is handed to it."""

    name: str
    gateway: str
    method: str | None
    label: str
    hint: str
    last_four: str | None = None


SANDBOX: Final = (
    Way("visa", "sandbox", "pm_card_visa", "way_visa", "way_visa_hint", "4242"),
    Way(
        "secure",
        "sandbox",
        "pm_card_authenticationRequired",
        "way_visa",
        "way_secure_hint",
        "3184",
    ),
    Way("declined", "sandbox", "pm_card_chargeDeclined", "way_visa", "way_declined_hint", "0002"),
    Way(
        "funds",
        "sandbox",
        "pm_card_chargeDeclinedInsufficientFunds",
        "way_visa",
        "way_funds_hint",
        "9995",
    ),
)
PAYPAL: Final = (Way("paypal", "paypal", None, "way_paypal", "way_paypal_hint"),)
STRIPE: Final = (Way("stripe", "stripe", None, "way_stripe", "way_stripe_hint"),)
OF_GATEWAYS: Final = {"sandbox": SANDBOX, "stripe": STRIPE, "paypal": PAYPAL}


async def ways_for(tx: Tx, session: Session, *, is_live: bool) -> list[Way]:
    """The ways on which this checkout can be paid; what is free needs none."""
    if session.total_minor == 0:
        return []
    amount = Money(session.total_minor, session.currency)
    names = await gateways_for_buyers(tx, amount, is_live=is_live)
    return [way for name in names for way in OF_GATEWAYS[name]]


def shown(way: Way, speech: Speech) -> dict[str, str]:
    """A way as the page shows it."""
    return {
        "name": way.name,
        "label": speech(way.label, last_four=way.last_four or ""),
        "hint": speech(way.hint),
    }
