"""Disputes: how a buyer's objection stands, and the merchant's side of it."""

from hashlib import sha256
from typing import Final

from guilder.kernel import Money
from guilder.payments.gateways.gateway import DisputeReport, GatewayUnavailable

from .amounts import read
from .books import order_of_capture
from .client import Connection
from .documents import DisputeDocument

DISPUTES: Final = "/v1/customer/disputes"
LONGEST_NOTE: Final = 2000

STANDS: Final = {
    "OPEN": "open",
    "WAITING_FOR_SELLER_RESPONSE": "open",
    "WAITING_FOR_BUYER_RESPONSE": "under_review",
    "UNDER_REVIEW": "under_review",
    "OTHER": "under_review",
}
LOST: Final = {"RESOLVED_BUYER_FAVOUR", "ACCEPTED"}
"""Ends in which the merchant pays; where PayPal pays, or the buyer gives up, it is won."""

FEES: Final = {"DISPUTE_FEE", "CHARGEBACK_FEE"}


async def report(paypal: Connection, reference: str) -> DisputeReport:
    """How a dispute stands."""
    dispute = await paypal.get(f"{DISPUTES}/{reference}", DisputeDocument)
    captured = [each.seller_transaction_id for each in dispute.disputed_transactions]
    if dispute.dispute_amount is None or not captured or captured[0] is None:
        raise GatewayUnavailable("PayPal did not say which payment is disputed.")
    return DisputeReport(
        reference=dispute.dispute_id,
        intent=await order_of_capture(paypal, captured[0]) or captured[0],
        amount=read(dispute.dispute_amount),
        reason=dispute.reason.lower(),
        status=_status(dispute),
        fee_minor=_fee_minor(dispute),
        evidence_due_at=dispute.seller_response_due_date,
    )


async def answer(paypal: Connection, reference: str, evidence: str, *, is_final: bool) -> None:
    """Hand in the merchant's side. PayPal keeps no drafts: what is not final stays with us."""
    if not is_final:
        return
    dispute = await paypal.get(f"{DISPUTES}/{reference}", DisputeDocument)
    doors = {link.href.rpartition("/")[2] for link in dispute.links}
    request_id = f"{reference}:{sha256(evidence.encode()).hexdigest()[:16]}"
    if "provide-evidence" in doors:
        notes = [{"evidence_type": "OTHER", "notes": part} for part in _parts(evidence)]
        path, body = f"{DISPUTES}/{reference}/provide-evidence", {"evidences": notes}
        await paypal.hand_in(path, body=body, request_id=request_id)
    elif "provide-supporting-info" in doors:
        path = f"{DISPUTES}/{reference}/provide-supporting-info"
        await paypal.hand_in(path, body={"notes": evidence[:LONGEST_NOTE]}, request_id=request_id)
    else:
        raise GatewayUnavailable("PayPal takes no evidence for this dispute now.")


def _status(dispute: DisputeDocument) -> str:
    if dispute.status != "RESOLVED":
        return STANDS.get(dispute.status, "under_review")
    return "lost" if dispute.dispute_outcome.outcome_code in LOST else "won"


def _fee_minor(dispute: DisputeDocument) -> int | None:
    """What the dispute itself cost the merchant, where that is of the disputed currency."""
    currency = dispute.dispute_amount.currency_code if dispute.dispute_amount else None
    fees: list[Money] = []
    for settled in dispute.money_movements:
        if (settled.affected_party, settled.amount.currency_code) == ("SELLER", currency):
            sign = {"DEBIT": 1, "CREDIT": -1}.get(settled.type, 0)
            if settled.reason in FEES and sign:
                amount = read(settled.amount)
                fees.append(amount if sign > 0 else -amount)
    return sum(fee.minor for fee in fees) if fees else None


def _parts(text: str) -> list[str]:
    return [text[start : start + LONGEST_NOTE] for start in range(0, len(text), LONGEST_NOTE)]
