"""The customer: somebody who buys from a tenant."""

from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

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
    merged_into_id: CustomerId | None
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CustomerChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different. What is not named stays as it is, and None empties it."""

    email: str | UnsetType | None = UNSET
    name: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    app_metadata: dict[str, Any] | UnsetType = UNSET
    internal_metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, customer: Customer) -> Customer:
        """The customer as they would be."""
        return msgspec.structs.replace(customer, **named(self))


class BuyerView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer as buyers may see themselves: nothing that the tenant keeps for itself."""

    id: CustomerId
    email: str | None
    name: str | None
    phone: str | None
    app_metadata: dict[str, Any]


class Merge(msgspec.Struct, frozen=True):
    """A customer as they are now, and the one that went into them, as it was before."""

    customer: Customer
    merged: Customer


class Erasure(msgspec.Struct, frozen=True):
    """Who was erased, under every id that they had, and when."""

    id: CustomerId
    ids: list[CustomerId]
    erased_at: datetime


class CustomerCreated(Fact, frozen=True):
    """Somebody became a customer."""

    name: ClassVar[str] = "customer.created"
    data: Customer


class CustomerUpdated(Fact, frozen=True):
    """What is known of a customer has changed."""

    name: ClassVar[str] = "customer.updated"
    data: Customer


class CustomerMerged(Fact, frozen=True):
    """Two customers turned out to be one."""

    name: ClassVar[str] = "customer.merged"
    data: Merge


class CustomerErased(Fact, frozen=True):
    """All that is personal about a customer is gone."""

    name: ClassVar[str] = "customer.erased"
    data: Erasure


def show_to_buyer(customer: Customer) -> BuyerView:
    """What a buyer may see of a customer."""
    return BuyerView(
        id=customer.id,
        email=customer.email,
        name=customer.name,
        phone=customer.phone,
        app_metadata=customer.app_metadata,
    )


def named(changes: msgspec.Struct) -> dict[str, Any]:
    """Of a struct in which every field may be left out: those that are given."""
    given = msgspec.structs.asdict(changes)
    return {name: value for name, value in given.items() if value is not UNSET}
