"""The payment: what is to be paid, how far it came, and what may be done with it."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, NewType, Self
from uuid import UUID

import msgspec

from guilder.customers import CustomerId
from guilder.kernel import Currency, Fact, Lifecycle, Money, Move

from .gateways import Instrument
from .methods import PaymentMethodId

PaymentId = NewType("PaymentId", UUID)


class PaymentStatus(StrEnum):
    """How far a payment came."""

    PENDING = auto()
    REQUIRES_ACTION = auto()
    PROCESSING = auto()
    AUTHORIZED = auto()
    SUCCEEDED = auto()
    REFUNDED = auto()
    FAILED = auto()
    CANCELED = auto()


class CaptureMode(StrEnum):
    """Whether the money is taken at once, or held until it is asked for."""

    AUTOMATIC = auto()
    MANUAL = auto()


S = PaymentStatus
BEGUN = (S.PENDING, S.REQUIRES_ACTION, S.PROCESSING)


class PaymentLife(Lifecycle, column="payments.payment.status"):
    """Asked for, held or taken, and then left in peace, unless it is given back."""

    await_buyer = Move(S.PENDING, S.PROCESSING, to=S.REQUIRES_ACTION)
    process = Move(S.PENDING, S.REQUIRES_ACTION, to=S.PROCESSING)
    authorize = Move(*BEGUN, to=S.AUTHORIZED)
    succeed = Move(*BEGUN, S.AUTHORIZED, to=S.SUCCEEDED)
    fail = Move(*BEGUN, to=S.FAILED)
    cancel = Move(*BEGUN, S.AUTHORIZED, to=S.CANCELED)
    refund = Move(S.SUCCEEDED, to=S.REFUNDED)
    take_back_refund = Move(S.REFUNDED, to=S.SUCCEEDED)


class Payment(msgspec.Struct, frozen=True):
    """A payment, as everybody in the house sees it."""

    id: PaymentId
    order_id: str | None
    user_id: UUID | None
    customer_id: CustomerId | None
    amount_minor: int
    currency: Currency
    status: PaymentStatus
    capture: CaptureMode
    gateway: str | None
    route_reason: str | None
    gateway_payment_intent_id: str | None
    description: str | None
    metadata: dict[str, Any]
    payment_method_id: PaymentMethodId | None
    payment_method_token: str | None
    instrument: Instrument | None
    is_off_session: bool
    country: str | None
    return_url: str | None
    action_url: str | None
    idempotency_key: str | None
    request_identifier: str | None
    authorized_minor: int
    captured_minor: int
    capturing_minor: int
    refunded_minor: int
    refunding_minor: int
    disputed_minor: int
    last_error_code: str | None
    last_error_message: str | None
    created_by: str
    expires_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def capturable_minor(self) -> int:
        """What is held and was not taken yet."""
        if self.status is not PaymentStatus.AUTHORIZED:
            return 0
        return self.authorized_minor - self.captured_minor - self.capturing_minor

    @property
    def refundable_minor(self) -> int:
        """What was taken, and neither given back nor is disputed."""
        given_back = self.refunded_minor + self.refunding_minor
        return self.captured_minor - given_back - self.disputed_minor


class PaymentFact(Fact, frozen=True):
    """Something that happened to a payment. What it is paid with is the gateway's secret."""

    name: ClassVar[str] = "payment.changed"
    data: Payment

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """The fact about this payment as it is now."""
        return cls(payment.id, msgspec.structs.replace(payment, payment_method_token=None))


class PaymentCreated(PaymentFact, frozen=True):
    """A payment was asked for, and waits."""

    name: ClassVar[str] = "payment.created"


class PaymentRequiresAction(PaymentFact, frozen=True):
    """The buyer has to do something."""

    name: ClassVar[str] = "payment.requires_action"


class PaymentProcessing(PaymentFact, frozen=True):
    """A gateway was asked, and has not told the outcome."""

    name: ClassVar[str] = "payment.processing"


class PaymentAuthorized(PaymentFact, frozen=True):
    """The money is held."""

    name: ClassVar[str] = "payment.authorized"


class PaymentCaptured(PaymentFact, frozen=True):
    """A part of what is held was taken, and the rest is still held."""

    name: ClassVar[str] = "payment.captured"


class PaymentSucceeded(PaymentFact, frozen=True):
    """The money was taken."""

    name: ClassVar[str] = "payment.succeeded"


class PaymentFailed(PaymentFact, frozen=True):
    """No money moved, and none will."""

    name: ClassVar[str] = "payment.failed"


class PaymentCanceled(PaymentFact, frozen=True):
    """The payment was called off, and nothing is held any more."""

    name: ClassVar[str] = "payment.canceled"


class PaymentRefunded(PaymentFact, frozen=True):
    """Money was given back: a part of it, or all."""

    name: ClassVar[str] = "payment.refunded"


class PaymentRefundFailed(PaymentFact, frozen=True):
    """Money could not be given back."""

    name: ClassVar[str] = "payment.refund_failed"


FACT_OF: dict[PaymentStatus, type[PaymentFact]] = {
    S.PENDING: PaymentCreated,
    S.REQUIRES_ACTION: PaymentRequiresAction,
    S.PROCESSING: PaymentProcessing,
    S.AUTHORIZED: PaymentAuthorized,
    S.SUCCEEDED: PaymentSucceeded,
    S.REFUNDED: PaymentRefunded,
    S.FAILED: PaymentFailed,
    S.CANCELED: PaymentCanceled,
}
"""What is told when a payment has come to a status."""

FACTS: tuple[type[PaymentFact], ...] = (
    *FACT_OF.values(),
    PaymentCaptured,
    PaymentRefundFailed,
)
