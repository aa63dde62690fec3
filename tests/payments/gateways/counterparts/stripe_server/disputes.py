"""Disputes: what was taken is taken back at once, and returns if the merchant wins.

An inquiry takes nothing. It is closed after a while, or becomes a dispute.
"""

from typing import Any

from .books import Books, Thing, now
from .refusals import Refused

FEE = 1500
ANSWER_SECONDS = 7 * 86_400
VERDICTS = {"winning_evidence": "won", "losing_evidence": "lost"}


def open_dispute(books: Books, charge: Thing) -> None:
    made = _object(books, charge, status="needs_response")
    _withdraw(books, made)
    books.tell("charge.dispute.created", made)


def open_inquiry(books: Books, charge: Thing) -> None:
    books.tell("charge.dispute.created", _object(books, charge, status="warning_needs_response"))


def escalate(books: Books, dispute: Thing) -> None:
    """The bank is not content with what it heard, and takes the money."""
    dispute["status"] = "needs_response"
    _withdraw(books, dispute)
    books.tell("charge.dispute.updated", dispute)
    books.tell("charge.dispute.funds_withdrawn", dispute)


def close_inquiry(books: Books, dispute: Thing) -> None:
    dispute["status"] = "warning_closed"
    books.tell("charge.dispute.closed", dispute)


def _object(books: Books, charge: Thing, *, status: str) -> Thing:
    return books.add(
        "dispute",
        "du",
        amount=charge["amount_captured"],
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        reason="fraudulent",
        status=status,
        evidence={"uncategorized_text": None},
        evidence_details={"due_by": now() + ANSWER_SECONDS, "submission_count": 0},
        balance_transactions=[],
    )


def _withdraw(books: Books, dispute: Thing) -> None:
    books.things[dispute["charge"]]["disputed"] = True
    line = books.line("adjustment", dispute, -dispute["amount"], fee=FEE)
    dispute["balance_transactions"].append(books.shown(line))


def retrieve(books: Books, name: str, form: dict[str, Any]) -> Thing:
    del form
    return books.get(name, "dispute")


def update(books: Books, name: str, form: dict[str, Any]) -> Thing:
    """Evidence, which Stripe's own words for tests decide at once when it is submitted."""
    dispute = books.get(name, "dispute")
    if dispute["status"] not in ("needs_response", "warning_needs_response"):
        raise Refused("This dispute is already closed.")
    dispute["evidence"] |= form.get("evidence", {})
    if form.get("submit", "true") != "true":
        return dispute
    if dispute["status"] == "warning_needs_response":
        dispute["status"] = "warning_under_review"
        books.tell("charge.dispute.updated", dispute)
        return dispute
    text = dispute["evidence"]["uncategorized_text"] or ""
    dispute["status"] = VERDICTS.get(text, "under_review")
    if dispute["status"] == "won":
        line = books.line("adjustment", dispute, dispute["amount"])
        dispute["balance_transactions"].append(books.shown(line))
    closed = dispute["status"] in VERDICTS.values()
    books.tell("charge.dispute.closed" if closed else "charge.dispute.updated", dispute)
    return dispute
