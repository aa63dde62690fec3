"""What callers see of a dispute."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.payments.payment import PaymentId

from .dispute import Dispute, DisputeId, DisputeStatus


class DisputeView(msgspec.Struct, frozen=True, kw_only=True):
    """A buyer's objection to a payment."""

    id: DisputeId
    payment_id: PaymentId
    gateway: str
    gateway_dispute_id: Annotated[str, Meta(examples=["dp_1PqNw2"])]
    status: Annotated[DisputeStatus, Meta(examples=["lost"])]
    is_inquiry: Annotated[bool, Meta(description="It takes no money yet.", examples=[False])]
    amount: Annotated[int, Meta(description="In the currency's smallest unit.", examples=[2000])]
    currency: str
    fee: Annotated[int, Meta(examples=[1500])]
    reason: Annotated[str, Meta(examples=["fraudulent"])]
    evidence: str | None
    evidence_due_at: datetime | None
    evidence_sent_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime


def show(dispute: Dispute) -> DisputeView:
    """A dispute as callers see it."""
    fields = msgspec.structs.asdict(dispute)
    return DisputeView(amount=fields.pop("amount_minor"), fee=fields.pop("fee_minor"), **fields)
