"""The dispute: a buyer's objection to a payment, and how far it came."""

from datetime import datetime
from enum import StrEnum, auto
from typing import NewType
from uuid import UUID

import msgspec

from guilder.kernel import Currency, Lifecycle, Move
from guilder.payments.payment import PaymentId

DisputeId = NewType("DisputeId", UUID)


class DisputeStatus(StrEnum):
    """Whose turn it is, and how it ended."""

    OPEN = auto()
    UNDER_REVIEW = auto()
    WON = auto()
    LOST = auto()


S = DisputeStatus
CLOSED = frozenset({S.WON, S.LOST})


class DisputeLife(Lifecycle, column="payments.dispute.status"):
    """Opened by the buyer's bank, answered, and decided."""

    review = Move(S.OPEN, to=S.UNDER_REVIEW)
    ask_again = Move(S.UNDER_REVIEW, to=S.OPEN)
    win = Move(S.OPEN, S.UNDER_REVIEW, to=S.WON)
    lose = Move(S.OPEN, S.UNDER_REVIEW, to=S.LOST)


class Dispute(msgspec.Struct, frozen=True):
    """A buyer's objection to a payment. An inquiry takes no money, and may become one that does."""

    id: DisputeId
    payment_id: PaymentId
    gateway: str
    gateway_dispute_id: str
    status: DisputeStatus
    is_inquiry: bool
    amount_minor: int
    currency: Currency
    fee_minor: int
    reason: str
    evidence: str | None
    evidence_due_at: datetime | None
    evidence_sent_at: datetime | None
    closed_at: datetime | None
    created_at: datetime
    updated_at: datetime
