"""The payment: what is to be paid, how far it came, and what may be done with it."""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, NewType
from uuid import UUID

import msgspec

from guilder.customers import CustomerId
from guilder.kernel import Currency, Lifecycle, Money, Move

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
    statement_descriptor: str | None
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
    canceled_by: str | None
    cancellation_reason: str | None
    expires_at: datetime | None
    action_expires_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def ends_at(self) -> datetime | None:
        """When it is called off: the end that was named, or that of the buyer's time to act."""
        return min((end for end in (self.expires_at, self.action_expires_at) if end), default=None)

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
