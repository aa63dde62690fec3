"""Disputes: opened by a buyer, decided by what the merchant says."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from . import shapes
from .books import Books, Payment, instant
from .faults import Fault, missing
from .papers import Papers, amount_of

TIME_TO_ANSWER = timedelta(days=10)
VERDICTS = {
    "winning_evidence": "RESOLVED_SELLER_FAVOUR",
    "losing_evidence": "RESOLVED_BUYER_FAVOUR",
}


@dataclass
class Dispute:
    """A buyer's objection."""

    id: str
    capture: Payment
    status: str = "WAITING_FOR_SELLER_RESPONSE"
    stage: str = "INQUIRY"
    outcome: str | None = None
    evidence: list[str] = field(default_factory=list)


class Disputes:
    """The counter where buyers complain."""

    def __init__(self, books: Books, papers: Papers) -> None:
        self._books = books
        self._papers = papers
        self.all: dict[str, Dispute] = {}

    def open(self, capture: Payment) -> None:
        dispute = Dispute(self._books.name("PP-D-"), capture)
        self.all[dispute.id] = dispute
        self._tell(dispute, "CREATED")

    def read(self, name: str) -> dict[str, Any]:
        return self._document(self._of(name))

    def provide_evidence(self, name: str, asked: shapes.NewEvidence) -> dict[str, Any]:
        dispute = self._of(name)
        if dispute.status != "WAITING_FOR_SELLER_RESPONSE":
            raise Fault("ACTION_NOT_ALLOWED", "It is not the merchant's turn.", status=400)
        dispute.evidence += [each.notes for each in asked.evidences]
        dispute.outcome = VERDICTS.get(dispute.evidence[-1])
        dispute.status = "RESOLVED" if dispute.outcome else "UNDER_REVIEW"
        self._tell(dispute, "RESOLVED" if dispute.outcome else "UPDATED")
        return {"links": [self._papers.link(f"/v1/customer/disputes/{name}", "self")]}

    def support(self, name: str, asked: shapes.SupportingInformation) -> dict[str, Any]:
        dispute = self._of(name)
        if dispute.stage == "INQUIRY" or dispute.status != "UNDER_REVIEW":
            raise Fault("ACTION_NOT_ALLOWED", "Nothing is asked for.", status=400)
        dispute.evidence.append(asked.notes)
        return {"links": []}

    def _of(self, name: str) -> Dispute:
        if name not in self.all:
            raise missing()
        return self.all[name]

    def _tell(self, dispute: Dispute, what: str) -> None:
        self._books.tell(
            dispute.capture.order.id,
            f"CUSTOMER.DISPUTE.{what}",
            "dispute",
            self._document(dispute),
        )

    def _document(self, dispute: Dispute) -> dict[str, Any]:
        capture, path = dispute.capture, f"/v1/customer/disputes/{dispute.id}"
        money = amount_of(capture.value, capture.currency)
        links = [self._papers.link(path, "self")]
        if dispute.status == "WAITING_FOR_SELLER_RESPONSE":
            links.append(self._papers.link(f"{path}/provide-evidence", "provide_evidence"))
        if dispute.status == "UNDER_REVIEW" and dispute.stage != "INQUIRY":
            links.append(
                self._papers.link(f"{path}/provide-supporting-info", "provide_supporting_info")
            )
        document: dict[str, Any] = {
            "dispute_id": dispute.id,
            "create_time": instant(capture.created_at),
            "disputed_transactions": [
                {"seller_transaction_id": capture.id, "custom": capture.custom_id}
            ],
            "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
            "status": dispute.status,
            "dispute_amount": money,
            "dispute_life_cycle_stage": dispute.stage,
            "dispute_channel": "INTERNAL",
            "seller_response_due_date": instant(capture.created_at + TIME_TO_ANSWER),
            "money_movements": _fees(dispute),
            "links": links,
        }
        if dispute.outcome:
            document["dispute_outcome"] = {
                "outcome_code": dispute.outcome,
                "amount_refunded": money,
            }
        return document


def _fees(dispute: Dispute) -> list[dict[str, Any]]:
    """PayPal keeps a fee of whoever loses a chargeback."""
    if dispute.outcome != "RESOLVED_BUYER_FAVOUR":
        return []
    currency = dispute.capture.currency
    return [
        {
            "affected_party": party,
            "amount": {"currency_code": currency, "value": "14"},
            "type": kind,
            "reason": reason,
        }
        for party, kind, reason in (
            ("SELLER", "DEBIT", "DISPUTE_FEE"),
            ("SELLER", "DEBIT", "DISPUTE_SETTLEMENT"),
            ("BUYER", "CREDIT", "DISPUTE_SETTLEMENT"),
        )
    ]
