"""The payment method: something a buyer can pay with again."""

from datetime import date, datetime
from typing import Any, NewType
from uuid import UUID

import msgspec

from guilder.customers import CustomerId
from guilder.payments.gateways import Instrument

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

    @property
    def looks(self) -> Instrument:
        """What may be known of it."""
        return Instrument(
            type=self.type,
            brand=self.brand,
            last_four=self.last_four,
            fingerprint=self.fingerprint,
            expiry_month=self.expiry_month,
            expiry_year=self.expiry_year,
            country=self.country,
        )

    def has_expired(self, on: date) -> bool:
        """A card is good to the end of its month."""
        if self.expiry_year is None or self.expiry_month is None:
            return False
        return (self.expiry_year, self.expiry_month) < (on.year, on.month)
