"""Refunds: never beyond what was captured."""

from typing import Any

from .books import Books, Thing
from .intents import payable
from .refusals import Refused, invalid

REASONS = {None, "duplicate", "fraudulent", "requested_by_customer"}


def create(books: Books, form: dict[str, Any]) -> Thing:
    intent = books.get(form["payment_intent"], "payment_intent", param="payment_intent")
    if form.get("reason") not in REASONS:
        raise invalid("Invalid reason", "reason")
    if intent["latest_charge"] is None:
        raise Refused("This PaymentIntent does not have a successful charge to refund.")
    charge = books.things[intent["latest_charge"]]
    left = charge["amount_captured"] - given_back(books, intent["id"])
    amount = payable(form.get("amount", str(left)), intent["currency"])
    if charge["disputed"]:
        raise Refused("Charge has been charged back.", code="charge_disputed")
    if not left:
        raise Refused("Charge has already been refunded.", code="charge_already_refunded")
    if amount > left:
        # Stripe gives no code here.
        raise Refused(f"Refund amount is greater than unrefunded amount ({left})", param="amount")
    return refund(books, intent, amount, reason=form.get("reason"), marks=form.get("metadata", {}))


def refund(
    books: Books, intent: Thing, amount: int, *, reason: str | None, marks: dict[str, str]
) -> Thing:
    charge = books.things[intent["latest_charge"]]
    made = books.add(
        "refund",
        "re",
        amount=amount,
        currency=intent["currency"],
        charge=charge["id"],
        payment_intent=intent["id"],
        reason=reason,
        status="succeeded",
        metadata=marks,
    )
    made["balance_transaction"] = books.line("refund", made, -amount)["id"]
    charge["amount_refunded"] += amount
    books.tell("refund.created", made)
    books.tell("charge.refunded", charge)
    return made


def fail(books: Books, name: str) -> None:
    """The buyer's bank does not take it: it comes back, however it was called before."""
    made = books.get(name, "refund")
    line = books.line("refund_failure", made, made["amount"])
    made |= {
        "status": "failed",
        "failure_reason": "lost_or_stolen_card",
        "failure_balance_transaction": line["id"],
    }
    books.things[made["charge"]]["amount_refunded"] -= made["amount"]
    for kind in ("refund.updated", "charge.refund.updated", "refund.failed"):
        books.tell(kind, made)


def given_back(books: Books, intent: str) -> int:
    return sum(
        each["amount"]
        for each in books.all("refund", payment_intent=intent)
        if each["balance_transaction"] and each["status"] != "failed"
    )
