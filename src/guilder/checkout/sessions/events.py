"""Events: what is told of a checkout."""

from datetime import datetime
from typing import ClassVar, Self

import msgspec

from guilder.checkout.carts import CartId
from guilder.customers import CustomerId
from guilder.kernel import Currency, Fact
from guilder.payments import PaymentId

from .session import CheckoutId, OrderId, Session, SessionStatus


class CheckoutTold(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a checkout. What it sells stands in its cart, and in its order."""

    id: CheckoutId
    status: SessionStatus
    cart_id: CartId
    order_id: OrderId
    payment_id: PaymentId | None
    customer_id: CustomerId | None
    currency: Currency
    amount_total: int
    expires_at: datetime


class CheckoutFact(Fact, frozen=True):
    """Something that happened to a checkout."""

    name: ClassVar[str] = "checkout.changed"
    data: CheckoutTold

    @classmethod
    def of(cls, session: Session) -> Self:
        """The fact about this checkout as it is now."""
        told = CheckoutTold(
            id=session.id,
            status=session.status,
            cart_id=session.cart_id,
            order_id=session.order_id,
            payment_id=session.payment_id,
            customer_id=session.customer_id,
            currency=session.currency,
            amount_total=session.total_minor,
            expires_at=session.expires_at,
        )
        return cls(session.id, told)


class CheckoutCompleted(CheckoutFact, frozen=True):
    """It was paid, and became an order."""

    name: ClassVar[str] = "checkout.completed"


class CheckoutExpired(CheckoutFact, frozen=True):
    """Its time is over, or it was closed before, and what was kept for it is there for others."""

    name: ClassVar[str] = "checkout.expired"


class CheckoutFailed(CheckoutFact, frozen=True):
    """It was declined too often, or what was paid for could not be had any more."""

    name: ClassVar[str] = "checkout.failed"


class CheckoutRefunded(CheckoutFact, frozen=True):
    """It was paid too late for what is left, or once too often, so the money goes back."""

    name: ClassVar[str] = "checkout.refunded"
