"""Where customers live: as many addresses as they like, one for parcels and one for bills."""

from .address import (
    Address,
    AddressAdded,
    AddressChanged,
    AddressChanges,
    AddressId,
    AddressRemoved,
    CustomerAddress,
)
from .addresses import (
    AddressNotFound,
    TooManyAddresses,
    add_address,
    addresses_of,
    change_address,
    delete_addresses,
    give_addresses,
    newest_addresses,
    remove_address,
)

__all__ = [
    "Address",
    "AddressAdded",
    "AddressChanged",
    "AddressChanges",
    "AddressId",
    "AddressNotFound",
    "AddressRemoved",
    "CustomerAddress",
    "TooManyAddresses",
    "add_address",
    "addresses_of",
    "change_address",
    "delete_addresses",
    "give_addresses",
    "newest_addresses",
    "remove_address",
]
