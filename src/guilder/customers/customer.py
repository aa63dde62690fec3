"""The customer: somebody who buys from a tenant."""

from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec

from guilder.kernel import Fact

CustomerId = NewType("CustomerId", UUID)


class Customer(msgspec.Struct, frozen=True):
    """A buyer, as the tenant knows them."""

    id: CustomerId
    email: str | None
    name: str | None
    phone: str | None
    app_metadata: dict[str, Any]
    internal_metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class CustomerCreated(Fact, frozen=True):
    """Somebody became a customer."""

    name: ClassVar[str] = "customer.created"
    data: Customer


class CustomerUpdated(Fact, frozen=True):
    """What is known of a customer has changed."""

    name: ClassVar[str] = "customer.updated"
    data: Customer
