"""The payment method: something a buyer can pay with again."""

from datetime import date, datetime
from typing import Any, ClassVar, NewType, Self
from uuid import UUID

import msgspec

from guilder.customers import CustomerId
from guilder.kernel import Fact

PaymentMethodId = NewType("PaymentMethodId", UUID)


class PaymentMethod(msgspec.Struct, frozen=True):
    """A saved instrument: the gateway's token for it, and what may be known of it."""

    id: PaymentMethodId
    gateway: str
    token: str
    gateway_customer: str | None
    customer_id: CustomerId | None
    type: str
    brand: str | None
    last_four: str | None
    fingerprint: str | None
    expiry_month: int | None
    expiry_year: int | None
    country: str | None
    is_default: bool
    metadata: dict[str, Any]
    detached_at: datetime | None
    created_at: datetime
    updated_at: datetime

    def has_expired(self, on: date) -> bool:
        """A card is good to the end of its month."""
        if self.expiry_year is None or self.expiry_month is None:
            return False
        return (self.expiry_year, self.expiry_month) < (on.year, on.month)


class PaymentMethodFact(Fact, frozen=True):
    """Something that happened to a saved instrument. Its token is not told."""

    name: ClassVar[str] = "payment_method.changed"
    data: PaymentMethod

    @classmethod
    def of(cls, method: PaymentMethod) -> Self:
        """The fact about this method as it is now."""
        return cls(method.id, msgspec.structs.replace(method, token="", gateway_customer=None))


class PaymentMethodAttached(PaymentMethodFact, frozen=True):
    """Something to pay with was saved."""

    name: ClassVar[str] = "payment_method.attached"


class PaymentMethodUpdated(PaymentMethodFact, frozen=True):
    """What is known of a saved instrument has changed."""

    name: ClassVar[str] = "payment_method.updated"


class PaymentMethodDetached(PaymentMethodFact, frozen=True):
    """A saved instrument is used no more."""

    name: ClassVar[str] = "payment_method.detached"
