"""The addresses API: where customers live."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.customers.customer import CustomerId
from guilder.customers.customers import CustomerGone, CustomerMergedAway, CustomerNotFound
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, patch, post

from .address import Address, AddressChanges, AddressId, CustomerAddress
from .addresses import (
    AddressNotFound,
    TooManyAddresses,
    add_address,
    addresses_of,
    change_address,
    remove_address,
)

NOT_WRITABLE = (CustomerNotFound, CustomerMergedAway, CustomerGone)

Default = Annotated[bool, Meta(description="Takes the place of the default before.")]


class NewAddress(Address, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a customer lives, and whether parcels or bills go there."""

    is_default_shipping: Default = False
    is_default_billing: Default = False


class AddressView(Address, frozen=True, kw_only=True):
    """An address of a customer."""

    id: AddressId
    customer_id: CustomerId
    is_default_shipping: bool
    is_default_billing: bool
    created_at: datetime
    updated_at: datetime


@post(
    "/v1/customers/{customer_id}/addresses",
    "customers:write",
    problems=(*NOT_WRITABLE, TooManyAddresses),
)
async def create_address(tx: Tx, customer_id: CustomerId, body: NewAddress) -> AddressView:
    """Give a customer an address."""
    added = await add_address(
        tx,
        customer_id,
        body,
        is_default_shipping=body.is_default_shipping,
        is_default_billing=body.is_default_billing,
    )
    return show(added)


@get("/v1/customers/{customer_id}/addresses", "customers:read", problems=(CustomerNotFound,))
async def list_addresses(tx: Tx, page: Page, *, customer_id: CustomerId) -> Listing[AddressView]:
    """List the addresses of a customer, newest first."""
    found = await addresses_of(tx, customer_id, before=page.after(AddressId), most=page.most)
    return page.listing(found, at=lambda address: address.id, show=show)


@patch(
    "/v1/customers/{customer_id}/addresses/{address_id}",
    "customers:write",
    problems=(*NOT_WRITABLE, AddressNotFound),
)
async def update_address(
    tx: Tx, customer_id: CustomerId, address_id: AddressId, body: AddressChanges
) -> AddressView:
    """Change an address; what is not named stays as it was, and null empties it."""
    return show(await change_address(tx, customer_id, address_id, body))


@delete(
    "/v1/customers/{customer_id}/addresses/{address_id}",
    "customers:write",
    problems=(*NOT_WRITABLE, AddressNotFound),
)
async def delete_address(tx: Tx, customer_id: CustomerId, address_id: AddressId) -> None:
    """Take an address away from a customer. Orders that went there keep their copy."""
    await remove_address(tx, customer_id, address_id)


def show(address: CustomerAddress) -> AddressView:
    """An address as callers see it."""
    return AddressView(**msgspec.structs.asdict(address))


ENDPOINTS = (create_address, list_addresses, update_address, delete_address)
