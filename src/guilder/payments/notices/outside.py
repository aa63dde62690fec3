"""What was done at a gateway without us: refunds made in its own dashboard."""

from collections.abc import Sequence

from msgspec.structs import replace

from guilder.db import Tx
from guilder.payments.gateways import Done, RefundReport
from guilder.payments.outcomes import record_outcome
from guilder.payments.payment import PaymentId
from guilder.payments.payments import locked, save
from guilder.payments.transaction import TransactionType
from guilder.payments.transactions import known_references, open_transaction, refundable_captures


class StillOpen(Exception):
    """A refund of ours may be one of those the gateway shows: its outcome has to be known first."""


async def note_refunds(tx: Tx, payment_id: PaymentId, reports: Sequence[RefundReport]) -> None:
    """Take over the refunds that the gateway has made and we do not know."""
    payment = await locked(tx, payment_id)
    if payment.refunding_minor:
        raise StillOpen(f"payment {payment_id} has a refund whose outcome is not known yet")
    refunds = [one for one in reports if isinstance(one.outcome, Done)]
    known = await known_references(
        tx,
        tenant_id=tx.tenant_id,
        gateway=payment.gateway or "",
        names=[refund.reference for refund in refunds],
    )
    for refund in refunds:
        minor = refund.amount.minor
        if refund.reference in known or minor > payment.refundable_minor:
            continue
        captures = await refundable_captures(tx, tenant_id=tx.tenant_id, payment_id=payment_id)
        payment = await save(tx, replace(payment, refunding_minor=payment.refunding_minor + minor))
        attempt = await open_transaction(
            tx,
            payment,
            TransactionType.REFUND,
            amount_minor=minor,
            parent_id=next((one.id for one in captures if one.left_minor >= minor), None),
            reason="made at the gateway",
        )
        payment = await record_outcome(tx, attempt.id, refund.outcome)
