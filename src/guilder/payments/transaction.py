"""The transaction: one movement at a gateway, written down before it is asked for."""

from datetime import datetime
from enum import StrEnum, auto

import msgspec

from guilder.kernel import Currency, Lifecycle, Money, Move

from .gateways import AttemptId
from .payment import PaymentId


class TransactionType(StrEnum):
    """What moves: nothing yet, to us, back, nothing after all, or away against our will."""

    AUTHORIZATION = auto()
    CAPTURE = auto()
    REFUND = auto()
    VOID = auto()
    CHARGEBACK = auto()


class TransactionStatus(StrEnum):
    """Whether it is known what became of it. While it waits, the buyer has to act."""

    OPEN = auto()
    WAITING = auto()
    SUCCEEDED = auto()
    FAILED = auto()


S = TransactionStatus


class TransactionLife(Lifecycle, column="payments.transaction.status"):
    """Asked for, and sooner or later known. Even what was done may turn out to have failed."""

    await_buyer = Move(S.OPEN, to=S.WAITING)
    succeed = Move(S.OPEN, S.WAITING, to=S.SUCCEEDED)
    fail = Move(S.OPEN, S.WAITING, S.SUCCEEDED, to=S.FAILED)


class Transaction(msgspec.Struct, frozen=True):
    """One movement at a gateway within a payment."""

    id: AttemptId
    payment_id: PaymentId
    parent_id: AttemptId | None
    type: TransactionType
    status: TransactionStatus
    amount_minor: int
    currency: Currency
    gateway: str
    gateway_reference: str | None
    is_final: bool
    fee_minor: int | None
    reason: str | None
    error_code: str | None
    error_message: str | None
    created_by: str
    finished_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_charge(self) -> bool:
        """Whether it is the one by which the buyer was asked to pay."""
        return self.parent_id is None and self.type in {
            TransactionType.AUTHORIZATION,
            TransactionType.CAPTURE,
        }

    @property
    def is_finished(self) -> bool:
        return self.status in {TransactionStatus.SUCCEEDED, TransactionStatus.FAILED}
