"""The sandbox's cards: the test tokens people know, and what each of them does."""

from enum import StrEnum, auto
from typing import Final

import msgspec

from guilder.payments.gateways.gateway import (
    ActionNeeded,
    Charge,
    Declined,
    Done,
    Instrument,
    Outcome,
)


class Trouble(StrEnum):
    """What may go wrong between us and a gateway, and what takes its time."""

    UNAVAILABLE = auto()
    SLOW = auto()
    LOST_REQUEST = auto()
    LOST_REPLY = auto()
    LOST_CAPTURE_REPLY = auto()
    LOST_REFUND_REPLY = auto()
    REFUND_DECLINED = auto()
    REFUND_FAILS_LATER = auto()
    AUTHENTICATION = auto()
    DISPUTE = auto()


class Card(msgspec.Struct, frozen=True):
    """A card that exists nowhere, and behaves in one way for ever."""

    brand: str
    last_four: str
    decline: tuple[str, str] | None = None
    trouble: Trouble | None = None

    @property
    def instrument(self) -> Instrument:
        return Instrument(
            type="card",
            brand=self.brand,
            last_four=self.last_four,
            fingerprint=f"sandbox_{self.brand}_{self.last_four}",
            expiry_month=12,
            expiry_year=2040,
            country="US",
        )

    @property
    def is_answered_at_once(self) -> bool:
        """Whether there is nothing between us that could go wrong."""
        return self.trouble in {
            None,
            Trouble.REFUND_DECLINED,
            Trouble.REFUND_FAILS_LATER,
            Trouble.LOST_CAPTURE_REPLY,
            Trouble.LOST_REFUND_REPLY,
        }


DECLINED: Final = ("card_declined", "The card was declined.")
INSUFFICIENT: Final = ("insufficient_funds", "There is not enough money on the card.")
LOST: Final = ("lost_card", "The card was reported as lost.")
STOLEN: Final = ("stolen_card", "The card was reported as stolen.")
EXPIRED: Final = ("expired_card", "The card has expired.")
SECURITY_CODE: Final = ("incorrect_cvc", "The security code is not the card's.")
PROCESSING: Final = ("processing_error", "The card could not be processed.")
FRAUD: Final = ("fraudulent", "The card was declined as a fraud.")

CARDS: Final[dict[str, Card]] = {
    "pm_card_visa": Card("visa", "4242"),
    "pm_card_visa_debit": Card("visa", "5556"),
    "pm_card_mastercard": Card("mastercard", "4444"),
    "pm_card_amex": Card("amex", "0005"),
    "pm_card_discover": Card("discover", "1117"),
    "pm_card_diners": Card("diners", "0004"),
    "pm_card_jcb": Card("jcb", "0505"),
    "pm_card_unionpay": Card("unionpay", "0005"),
    "pm_card_chargeDeclined": Card("visa", "0002", DECLINED),
    "pm_card_visa_chargeDeclined": Card("visa", "0002", DECLINED),
    "pm_card_chargeDeclinedInsufficientFunds": Card("visa", "9995", INSUFFICIENT),
    "pm_card_visa_chargeDeclinedInsufficientFunds": Card("visa", "9995", INSUFFICIENT),
    "pm_card_insufficientFunds": Card("visa", "9995", INSUFFICIENT),
    "pm_card_chargeDeclinedLostCard": Card("visa", "9987", LOST),
    "pm_card_visa_chargeDeclinedLostCard": Card("visa", "9987", LOST),
    "pm_card_chargeDeclinedStolenCard": Card("visa", "9979", STOLEN),
    "pm_card_visa_chargeDeclinedStolenCard": Card("visa", "9979", STOLEN),
    "pm_card_chargeDeclinedExpiredCard": Card("visa", "0069", EXPIRED),
    "pm_card_chargeDeclinedIncorrectCvc": Card("visa", "0127", SECURITY_CODE),
    "pm_card_chargeDeclinedProcessingError": Card("visa", "0119", PROCESSING),
    "pm_card_chargeDeclinedFraudulent": Card("visa", "0019", FRAUD),
    "pm_card_authenticationRequired": Card("visa", "3184", None, Trouble.AUTHENTICATION),
    "pm_card_threeDSecure2Required": Card("visa", "3220", None, Trouble.AUTHENTICATION),
    "pm_card_createDispute": Card("visa", "0259", None, Trouble.DISPUTE),
    "pm_card_refundFail": Card("visa", "5126", None, Trouble.REFUND_DECLINED),
    "pm_card_slow": Card("visa", "7001", None, Trouble.SLOW),
    "pm_card_unavailable": Card("visa", "7002", None, Trouble.UNAVAILABLE),
    "pm_card_timeoutBeforeCharge": Card("visa", "7003", None, Trouble.LOST_REQUEST),
    "pm_card_timeoutAfterCharge": Card("visa", "7004", None, Trouble.LOST_REPLY),
    "pm_card_timeoutAfterCapture": Card("visa", "7005", None, Trouble.LOST_CAPTURE_REPLY),
    "pm_card_timeoutAfterRefund": Card("visa", "7006", None, Trouble.LOST_REFUND_REPLY),
    "pm_card_refundFailLater": Card("visa", "7007", None, Trouble.REFUND_FAILS_LATER),
}

UNKNOWN_TOKEN: Final = Declined(
    code="payment_method_unknown", message="The sandbox has no card of this name."
)
SAVED: Final = "sandbox_saved_"
"""A saved card is its token behind this: it can be charged while the buyer is away."""


def card_of(token: str | None) -> Card | None:
    """The card behind a token, which may be a saved one."""
    return CARDS.get((token or "").removeprefix(SAVED).partition(".")[0])


def verdict(order: Charge, *, address: str) -> Outcome:
    """What this card answers to this charge: always the same."""
    card = card_of(order.token)
    if card is None:
        return UNKNOWN_TOKEN
    intent = f"sandbox_{order.id.hex}"
    if card.decline:
        code, message = card.decline
        return Declined(code=code, message=message, intent=intent)
    if card.trouble is Trouble.AUTHENTICATION and order.is_off_session:
        message = "The buyer has to authenticate, and is not there."
        return Declined(code="authentication_required", message=message, intent=intent)
    if card.trouble is Trouble.AUTHENTICATION:
        return ActionNeeded(intent=intent, url=address)
    return Done(reference=f"sandbox_{order.id.hex}", intent=intent, instrument=card.instrument)
