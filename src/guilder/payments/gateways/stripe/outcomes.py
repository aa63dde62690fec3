"""What Stripe's states mean: done, declined, waiting for the buyer, or underway."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from guilder.payments.gateways.gateway import (
    ActionNeeded,
    Declined,
    DisputeReport,
    Done,
    Instrument,
    Outcome,
    OutcomeUnknown,
    RefundReport,
    Underway,
)

from . import wire
from .amounts import from_stripe

ADDRESSES: Final = (
    "url",
    "hosted_voucher_url",
    "hosted_instructions_url",
    "hosted_verification_url",
    "mobile_auth_url",
    "stripe_js",
)
"""Where Stripe puts the address of its page, by the kind of action."""

DISPUTES: Final = {
    "warning_needs_response": "open",
    "warning_under_review": "under_review",
    "warning_closed": "won",
    "needs_response": "open",
    "under_review": "under_review",
    "prevented": "won",
    "won": "won",
    "lost": "lost",
}


INQUIRY: Final = "warning_"


def outcome_of_charge(intent: wire.Intent) -> Outcome:
    """What became of a charge whose intent was confirmed."""
    match intent.status:
        case "succeeded" | "requires_capture":
            return charged(intent)
        case "processing":
            return Underway(intent=intent.id)
        case "requires_action" if url := address_of(intent):
            return ActionNeeded(intent=intent.id, url=url)
        case "requires_payment_method" if intent.last_payment_error is not None:
            return declined(intent.last_payment_error, intent.id)
        case "canceled":
            return Declined(code="canceled", message="It was given up.", intent=intent.id)
        case _:
            raise OutcomeUnknown(f"Stripe left {intent.id} as {intent.status}")


def canceled(intent: wire.Intent) -> Done:
    """What was held is let go of."""
    return Done(reference=name_of(intent.latest_charge) or intent.id, intent=intent.id)


def charged(intent: wire.Intent) -> Done:
    """Money was taken, or is held: then its reference is the charge, which holds it."""
    charge = intent.charge
    if charge is None:
        raise OutcomeUnknown(f"Stripe shows no charge of {intent.id}")
    details = charge.payment_method_details
    line = charge.balance_transaction if intent.status == "succeeded" else None
    return Done(
        reference=name_of(line) or charge.id,
        intent=intent.id,
        fee_minor=fee_of(line, charge.currency),
        instrument=instrument_of(details) if details else None,
        expires_at=_expiry(details) if intent.status == "requires_capture" else None,
    )


def fee_of(line: wire.Transaction | str | None, code: str) -> int | None:
    """What Stripe kept, where it settles in the payment's own currency."""
    if not isinstance(line, wire.Transaction) or line.currency != code:
        return None
    return from_stripe(line.fee, line.currency).minor


def declined(failure: wire.Failure, intent: str | None) -> Declined:
    """Why not: the bank's own code where it gave one, else Stripe's."""
    return Declined(
        code=failure.decline_code or failure.code or "declined",
        message=failure.message or "The payment was declined.",
        intent=intent,
    )


def refund_report(refund: wire.Refund, intent: str) -> RefundReport:
    """How a refund stands in Stripe's list."""
    return RefundReport(
        reference=refund.id,
        amount=from_stripe(refund.amount, refund.currency),
        outcome=refunded(refund, intent),
    )


def refunded(refund: wire.Refund, intent: str) -> Done | Declined | Underway:
    """What became of a refund."""
    match refund.status:
        case "failed" | "canceled":
            code = refund.failure_reason or f"refund_{refund.status}"
            return Declined(code=code, message="The refund did not go through.", intent=intent)
        case "pending" | "requires_action":
            return Underway(intent=intent)
        case _:
            return Done(reference=refund.id, intent=intent)


def instrument_of(details: Mapping[str, Any]) -> Instrument:
    """What was paid with, by the part of the details that has its type's name."""
    kind = str(details.get("type", "unknown"))
    looks = details.get(kind) or {}
    return Instrument(
        type=kind,
        brand=looks.get("brand"),
        last_four=looks.get("last4"),
        fingerprint=looks.get("fingerprint"),
        expiry_month=looks.get("exp_month"),
        expiry_year=looks.get("exp_year"),
        country=looks.get("country"),
    )


def report_of(dispute: wire.Dispute) -> DisputeReport:
    """How a dispute stands. An inquiry takes nothing; one that was closed is won."""
    fees = [fee_of(line, dispute.currency) for line in dispute.balance_transactions]
    due = dispute.evidence_details.due_by
    return DisputeReport(
        reference=dispute.id,
        intent=name_of(dispute.payment_intent) or "",
        amount=from_stripe(dispute.amount, dispute.currency),
        reason=dispute.reason,
        status=DISPUTES.get(dispute.status, "under_review"),
        is_inquiry=dispute.status.startswith(INQUIRY),
        fee_minor=sum(fee for fee in fees if fee is not None) if any(fees) else None,
        evidence_due_at=moment(due) if due else None,
    )


def name_of(thing: Any) -> str | None:
    """The id of what may stand there in full, or by its id only."""
    found = thing.get("id") if isinstance(thing, Mapping) else getattr(thing, "id", thing)
    return found if isinstance(found, str) else None


def moment(seconds: int) -> datetime:
    """A moment as Stripe counts it."""
    return datetime.fromtimestamp(seconds, UTC)


def _expiry(details: Mapping[str, Any] | None) -> datetime | None:
    """Until when what is held can be taken."""
    before = ((details or {}).get("card") or {}).get("capture_before")
    return moment(before) if before else None


def address_of(intent: wire.Intent) -> str | None:
    """Where the buyer goes on, if that is a page, and not something for a script of Stripe's."""
    action = intent.next_action or {}
    part = action.get(str(action.get("type"))) or {}
    found = (part.get(name) for name in ADDRESSES)
    return next((url for url in found if isinstance(url, str) and "://" in url), None)
