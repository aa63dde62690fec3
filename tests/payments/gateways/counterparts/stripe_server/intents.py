"""Payment intents: made, confirmed, captured in parts, let go of."""

from typing import Any

from .books import FEE_PERCENT, Books, Thing, now
from .disputes import open_dispute, open_inquiry
from .instruments import Card, declined, method, spent
from .refusals import Refused, invalid, missing

THREE_DIGITS = {"bhd", "jod", "kwd", "omr", "tnd"}
HUNDREDS = {"isk", "ugx"}
ASKED = Card("", "authentication_required", "authentication_required")
REFUSED = "payment_intent_authentication_failure"
HOLD_SECONDS = 7 * 86_400
MOST_ON_STATEMENTS = 22
CANCELABLE = {
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
}


def create(books: Books, form: dict[str, Any]) -> Thing:
    """An intent that is not confirmed moves nothing."""
    amount = payable(form["amount"], form["currency"])
    name = form.get("payment_method")
    if (customer := form.get("customer")) is not None:
        books.get(customer, "customer", param="customer")
    found = method(books, name, param="payment_method") if name else None
    if found and found["customer"] and found["customer"] != customer:
        raise invalid("The payment method belongs to a Customer.", "payment_method")
    refuse_unreadable(form.get("statement_descriptor_suffix"))
    card = form.get("payment_method_options", {}).get("card", {})
    redirects = form.get("automatic_payment_methods", {}).get("allow_redirects", "always")
    made = books.add(
        "payment_intent",
        "pi",
        amount=amount,
        amount_received=0,
        amount_capturable=0,
        currency=form["currency"],
        capture_method=form.get("capture_method", "automatic_async"),
        customer=customer,
        description=form.get("description"),
        statement_descriptor_suffix=form.get("statement_descriptor_suffix"),
        metadata=form.get("metadata", {}),
        payment_method=found["id"] if found else None,
        status="requires_confirmation" if found else "requires_payment_method",
        cancellation_reason=None,
        latest_charge=None,
        last_payment_error=None,
        next_action=None,
        client_secret="pi_secret",
        _redirects=redirects,
        _has_several=card.get("request_multicapture") == "if_available",
    )
    books.tell("payment_intent.created", made)
    return made


def refuse_unreadable(suffix: str | None) -> None:
    """What cannot stand on a statement is refused, with all that was asked for."""
    if suffix is None:
        return
    is_plain = suffix.isascii() and suffix.isprintable() and not set("<>\\'\"*") & set(suffix)
    if not is_plain or len(suffix) > MOST_ON_STATEMENTS or not any(map(str.isalpha, suffix)):
        raise invalid("The statement descriptor is invalid.", "statement_descriptor_suffix")


def payable(count: str, code: str) -> int:
    """An amount as Stripe takes it."""
    if not count.isascii() or not count.isdigit() or int(count) == 0:
        raise invalid("Invalid integer", "amount", "parameter_invalid_integer")
    if code != code.lower() or len(code) != len("eur"):
        raise invalid("Invalid currency", "currency")
    if int(count) % (10 if code in THREE_DIGITS else 100 if code in HUNDREDS else 1):
        raise invalid("Invalid amount.", "amount", "invalid_charge_amount")
    return int(count)


def retrieve(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    return books.get(name, "payment_intent")


def confirm(books: Books, name: str, form: dict[str, Any]) -> Thing:
    """Take or hold, or ask the buyer first."""
    intent = books.get(name, "payment_intent")
    must_be(books, intent, {"requires_confirmation"}, "confirm")
    if intent["_redirects"] == "always" and "return_url" not in form:
        raise invalid("You must provide a `return_url`.", "return_url")
    found = books.things[intent["payment_method"]]
    if found["_is_spent"]:
        raise spent()
    card = found["_card"]
    is_off_session = form.get("off_session") == "true"
    if card.asks and is_off_session:
        raise failed(books, intent, ASKED)
    if card.asks:
        intent |= {"status": "requires_action", "next_action": asked(intent, form)}
        books.tell("payment_intent.requires_action", intent)
        return intent
    if card.code:
        raise failed(books, intent, card)
    return charge(books, intent)


def asked(intent: Thing, form: dict[str, Any]) -> Thing:
    """A page of Stripe's where there is a way back from it, else something for its script."""
    if "return_url" not in form:
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "stripe_3ds2_fingerprint"}}
    url = f"https://hooks.stripe.example/redirect/authenticate/{intent['id']}"
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {"url": url, "return_url": form["return_url"]},
    }


def failed(books: Books, intent: Thing, card: Card) -> Refused:
    """A charge that the bank refused; the intent waits for another instrument."""
    wrong = {"code": card.code, "message": "Your card was declined.", "type": "card_error"}
    if card.decline_code:
        wrong["decline_code"] = card.decline_code
    lost = add_charge(books, intent, status="failed", amount_captured=0)
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": wrong,
        "latest_charge": lost["id"],
        "next_action": None,
    }
    books.tell("payment_intent.payment_failed", intent)
    return declined(card, payment_intent=books.shown(intent))


def charge(books: Books, intent: Thing) -> Thing:
    """The bank agrees."""
    made = add_charge(books, intent, status="succeeded", amount_captured=0)
    intent |= {
        "latest_charge": made["id"],
        "status": "requires_capture",
        "amount_capturable": intent["amount"],
        "next_action": None,
    }
    books.tell("charge.succeeded", made)
    if intent["capture_method"] == "manual":
        books.tell("payment_intent.amount_capturable_updated", intent)
        return intent
    take(books, intent, intent["amount"], is_final=True)
    card = books.things[intent["payment_method"]]["_card"]
    if card.disputes:
        open_dispute(books, made)
    if card.inquires:
        open_inquiry(books, made)
    return intent


def add_charge(books: Books, intent: Thing, **fields: Any) -> Thing:
    found = books.things[intent["payment_method"]]
    looks = found["card"] | {
        "multicapture": {"status": "available" if intent["_has_several"] else "unavailable"}
    }
    if intent["capture_method"] == "manual":
        looks["capture_before"] = now() + HOLD_SECONDS
    return books.add(
        "charge",
        "ch",
        amount=intent["amount"],
        currency=intent["currency"],
        amount_refunded=0,
        balance_transaction=None,
        captured=False,
        disputed=False,
        payment_intent=intent["id"],
        payment_method_details={"type": "card", "card": looks},
        metadata=dict(intent["metadata"]),
        **fields,
    )


def capture(books: Books, name: str, form: dict[str, Any]) -> Thing:
    """Take a part, or all; what is final lets go of the rest."""
    intent = books.get(name, "payment_intent")
    must_be(books, intent, {"requires_capture"}, "capture")
    count = int(form.get("amount_to_capture", intent["amount_capturable"]))
    is_final = form.get("final_capture", "true") == "true"
    if "final_capture" in form and not intent["_has_several"]:
        raise Refused("This account cannot capture several times.", param="final_capture")
    if count > intent["amount_capturable"]:
        message = "The amount could not be captured because it is greater than what is held."
        raise Refused(message, code="amount_too_large", param="amount_to_capture")
    if not count and not (is_final and intent["amount_received"]):
        raise invalid("Invalid integer", "amount_to_capture", "parameter_invalid_integer")
    intent["metadata"] |= form.get("metadata", {})
    take(books, intent, count, is_final=is_final)
    return intent


def take(books: Books, intent: Thing, count: int, *, is_final: bool) -> None:
    made = books.things[intent["latest_charge"]]
    if count:
        line = books.line("charge", made, count, fee=count * FEE_PERCENT // 100)
        made["balance_transaction"] = line["id"]
    made["amount_captured"] += count
    intent["amount_received"] += count
    intent["amount_capturable"] -= count
    if not is_final and intent["amount_capturable"]:
        books.tell("charge.updated", made)
        books.tell("payment_intent.amount_capturable_updated", intent)
        return
    let_go(books, intent)
    made["captured"] = True
    intent["status"] = "succeeded"
    if intent["capture_method"] == "manual":
        books.tell("charge.captured", made)
    books.tell("payment_intent.succeeded", intent)


def let_go(books: Books, intent: Thing) -> None:
    """What is not captured is shown as a refund, though it moves nothing."""
    rest, intent["amount_capturable"] = intent["amount_capturable"], 0
    if not rest:
        return
    made = books.things[intent["latest_charge"]]
    made["amount_refunded"] += rest
    books.add(
        "refund",
        "re",
        amount=rest,
        currency=intent["currency"],
        charge=made["id"],
        payment_intent=intent["id"],
        balance_transaction=None,
        reason=None,
        status="succeeded",
        metadata={},
    )
    books.tell("charge.refunded", made)


def cancel(books: Books, name: str, form: dict[str, Any]) -> Thing:
    intent = books.get(name, "payment_intent")
    must_be(books, intent, CANCELABLE, "cancel")
    if books.all("checkout.session", payment_intent=name, status="open"):
        raise Refused("Expire the Checkout Session of this PaymentIntent instead.")
    let_go(books, intent)
    intent |= {
        "status": "canceled",
        "cancellation_reason": form.get("cancellation_reason"),
        "next_action": None,
    }
    books.tell("payment_intent.canceled", intent)
    return intent


def must_be(books: Books, intent: Thing, states: set[str], verb: str) -> None:
    if intent["status"] not in states:
        raise Refused(
            f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
            code="payment_intent_unexpected_state",
            payment_intent=books.shown(intent),
        )


def act(books: Books, name: str, *, agrees: bool) -> None:
    """The buyer is on the page that the intent named."""
    intent = books.get(name, "payment_intent")
    if intent["status"] != "requires_action":
        raise missing(name)
    if agrees:
        charge(books, intent)
        return
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": {
            "code": REFUSED,
            "message": "We are unable to authenticate your payment method.",
            "type": "invalid_request_error",
        },
    }
    books.tell("payment_intent.payment_failed", intent)
