"""Payment methods and customers: Stripe's cards for tests, each with its own way to go wrong."""

from dataclasses import dataclass
from typing import Any

from .books import Books, Thing
from .refusals import Refused


@dataclass(frozen=True)
class Card:
    last4: str
    code: str | None = None
    decline_code: str | None = None
    asks: bool = False
    disputes: bool = False
    inquires: bool = False


CARDS = {
    "pm_card_visa": Card("4242"),
    "pm_card_visa_chargeDeclined": Card("0002", "card_declined", "generic_decline"),
    "pm_card_chargeDeclinedInsufficientFunds": Card("9995", "card_declined", "insufficient_funds"),
    "pm_card_chargeDeclinedLostCard": Card("9987", "card_declined", "lost_card"),
    "pm_card_chargeDeclinedExpiredCard": Card("0069", "expired_card"),
    "pm_card_authenticationRequired": Card("3184", asks=True),
    "pm_card_createDispute": Card("0259", disputes=True),
    "pm_card_createDisputeInquiry": Card("1976", inquires=True),
}


def method(books: Books, name: str, *, param: str | None = None) -> Thing:
    """A payment method; a name for tests stands for a new one each time."""
    card = CARDS.get(name)
    if card is None:
        return books.get(name, "payment_method", param=param)
    looks = {
        "brand": "visa",
        "last4": card.last4,
        "exp_month": 12,
        "exp_year": 2034,
        "country": "US",
        "fingerprint": f"finger{card.last4}",
        "funding": "credit",
    }
    return books.add(
        "payment_method", "pm", type="card", card=looks, customer=None, _card=card, _is_spent=False
    )


def retrieve(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    return method(books, name)


def attach(books: Books, name: str, form: dict[str, Any]) -> Thing:
    found = method(books, name)
    books.get(form["customer"], "customer", param="customer")
    if found["customer"] not in (None, form["customer"]):
        raise Refused("The payment method you provided has already been attached to a customer.")
    if found["_is_spent"]:
        raise spent()
    if found["_card"].code:
        raise declined(found["_card"])
    found["customer"] = form["customer"]
    return found


def detach(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    found = method(books, name)
    if found["customer"] is None:
        raise Refused("The payment method you provided is not attached to a customer.")
    found |= {"customer": None, "_is_spent": True}
    return found


def create_customer(books: Books, form: dict[str, Any]) -> Thing:
    return books.add("customer", "cus", metadata=form.get("metadata", {}))


def spent() -> Refused:
    return Refused(
        "The provided PaymentMethod was detached from a Customer. It may not be used again.",
        param="payment_method",
    )


def declined(card: Card, **more: Any) -> Refused:
    """What a bank's refusal looks like."""
    detail = {"decline_code": card.decline_code} if card.decline_code else {}
    return Refused(
        "Your card was declined.",
        status=402,
        type="card_error",
        code=card.code,
        **detail,
        **more,
    )
