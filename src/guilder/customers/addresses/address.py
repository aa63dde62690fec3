"""The address: where something is sent to."""

from datetime import datetime
from typing import Annotated, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.customers.country import Country
from guilder.customers.customer import CustomerId, named
from guilder.kernel import Fact

AddressId = NewType("AddressId", UUID)

Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Street = Annotated[Line, Meta(examples=["Keizersgracht 1"])]
City = Annotated[Line, Meta(examples=["Amsterdam"])]
Region = Annotated[Line, Meta(description="State, province or county.")]
PostalCode = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"\S", examples=["1015 CC"])]
In = Annotated[Country, Meta(description="ISO 3166-1, two letters.", examples=["NL"])]
Phone = Annotated[str, Meta(pattern=r"^\+?[0-9 ()./-]{3,30}$(?!\n)", examples=["+31 20 123 4567"])]


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where something is sent to, as it is written on a parcel."""

    name: Line | None = None
    company: Line | None = None
    line1: Street
    line2: Line | None = None
    city: City
    region: Region | None = None
    postal_code: PostalCode | None = None
    country: In
    phone: Phone | None = None


class CustomerAddress(msgspec.Struct, frozen=True):
    """An address that a customer has."""

    id: AddressId
    customer_id: CustomerId
    name: str | None
    company: str | None
    line1: str
    line2: str | None
    city: str
    region: str | None
    postal_code: str | None
    country: str
    phone: str | None
    is_default_shipping: bool
    is_default_billing: bool
    created_at: datetime
    updated_at: datetime


class AddressChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null empties what may be empty."""

    name: Line | UnsetType | None = UNSET
    company: Line | UnsetType | None = UNSET
    line1: Street | UnsetType = UNSET
    line2: Line | UnsetType | None = UNSET
    city: City | UnsetType = UNSET
    region: Region | UnsetType | None = UNSET
    postal_code: PostalCode | UnsetType | None = UNSET
    country: In | UnsetType = UNSET
    phone: Phone | UnsetType | None = UNSET
    is_default_shipping: bool | UnsetType = UNSET
    is_default_billing: bool | UnsetType = UNSET

    def applied_to(self, address: CustomerAddress) -> CustomerAddress:
        """The address as it would be."""
        return msgspec.structs.replace(address, **named(self))


class AddressFact(Fact, frozen=True):
    """Something that happened to an address. It is told of its customer."""

    name: ClassVar[str] = "customer.address"
    data: CustomerAddress


class AddressAdded(AddressFact, frozen=True):
    """A customer has one address more."""

    name: ClassVar[str] = "customer.address_added"


class AddressChanged(AddressFact, frozen=True):
    """An address of a customer is different from now on."""

    name: ClassVar[str] = "customer.address_changed"


class AddressRemoved(AddressFact, frozen=True):
    """A customer has one address less."""

    name: ClassVar[str] = "customer.address_removed"
