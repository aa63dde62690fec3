"""Disputes: what was taken is taken back at once, and returns if the merchant wins."""

from typing import Any

from .books import Books, Thing, now
from .refusals import Refused

FEE = 1500
ANSWER_SECONDS = 7 * 86_400
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(books: Books, charge: Thing) -> Thing:
    charge["disputed"] = True
    made = books.add(
        "dispute",
        "du",
        amount=charge["amount_captured"],
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        reason="fraudulent",
        status="needs_response",
        evidence={"uncategorized_text": None},
        evidence_details={"due_by": now() + ANSWER_SECONDS, "submission_count": 0},
        balance_transactions=[],
    )
    line = books.line("adjustment", made, -made["amount"], fee=FEE)
    made["balance_transactions"].append(books.shown(line))
    books.tell("charge.dispute.created", made)
    return made


def retrieve(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    return books.get(name, "dispute")


def update(books: Books, name: str, form: dict[str, Any]) -> Thing:
    """Evidence, which Stripe's own words for tests decide at once when it is submitted."""
    dispute = books.get(name, "dispute")
    if dispute["status"] != "needs_response":
        raise Refused("This dispute is already closed.")
    dispute["evidence"] |= form.get("evidence", {})
    if form.get("submit", "true") != "true":
        return dispute
    text = dispute["evidence"]["uncategorized_text"] or ""
    dispute["status"] = VERDICTS.get(text, "under_review")
    if dispute["status"] == "won":
        line = books.line("adjustment", dispute, dispute["amount"])
        dispute["balance_transactions"].append(books.shown(line))
    closed = dispute["status"] in VERDICTS.values()
    books.tell("charge.dispute.closed" if closed else "charge.dispute.updated", dispute)
    return dispute
