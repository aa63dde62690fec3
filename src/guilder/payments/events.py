"""Events: what is told of a payment, in the shape in which the API shows it."""

from typing import ClassVar, Self

from guilder.db import Tx
from guilder.kernel import Fact

from .payment import Payment, PaymentStatus
from .views import PaymentView, show

S = PaymentStatus


def tell(tx: Tx, payment: Payment) -> None:
    """Tell to which status a payment has come."""
    tx.emit(FACT_OF[payment.status].of(payment))


class PaymentFact(Fact, frozen=True):
    """Something that happened to a payment, with the payment as the API shows it."""

    name: ClassVar[str] = "payment.changed"
    data: PaymentView

    @classmethod
    def of(cls, payment: Payment) -> Self:
        """The fact about this payment as it is now."""
        return cls(payment.id, show(payment))


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
