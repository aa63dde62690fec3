"""Addresses: added to a customer, changed, and removed."""

from typing import Final

from guilder.customers.customer import CustomerId
from guilder.customers.customers import customer_by_id, hold
from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .address import (
    Address,
    AddressAdded,
    AddressChanged,
    AddressChanges,
    AddressId,
    AddressRemoved,
    CustomerAddress,
)

MOST: Final = 100
"""How many addresses one customer has."""


class AddressNotFound(Problem, status=404):
    """This customer has no such address."""


class TooManyAddresses(Problem, status=409):
    """This customer has as many addresses as one may have."""

    most: int


async def add_address(
    tx: Tx,
    customer_id: CustomerId,
    address: Address,
    *,
    is_default_shipping: bool,
    is_default_billing: bool,
) -> CustomerAddress:
    """Give a customer one address more; a default takes the place of the one before."""
    await hold(tx, customer_id)
    if await count_addresses(tx, tenant_id=tx.tenant_id, customer_id=customer_id) >= MOST:
        raise TooManyAddresses(most=MOST)
    await _make_room(tx, customer_id, shipping=is_default_shipping, billing=is_default_billing)
    added = await insert_address(
        tx,
        customer_id=customer_id,
        name=address.name,
        company=address.company,
        line1=address.line1,
        line2=address.line2,
        city=address.city,
        region=address.region,
        postal_code=address.postal_code,
        country=address.country,
        phone=address.phone,
        is_default_shipping=is_default_shipping,
        is_default_billing=is_default_billing,
    )
    tx.emit(AddressAdded(customer_id, added))
    return added


async def change_address(
    tx: Tx, customer_id: CustomerId, address_id: AddressId, changes: AddressChanges
) -> CustomerAddress:
    """Change what is named, and leave the rest. What is the same afterwards is not told."""
    await hold(tx, customer_id)
    before = await find_address(
        tx, tenant_id=tx.tenant_id, customer_id=customer_id, address_id=address_id
    )
    if before is None:
        raise AddressNotFound
    wanted = changes.applied_to(before)
    if wanted == before:
        return before
    await _make_room(
        tx,
        customer_id,
        shipping=wanted.is_default_shipping and not before.is_default_shipping,
        billing=wanted.is_default_billing and not before.is_default_billing,
    )
    changed = await update_address(
        tx,
        tenant_id=tx.tenant_id,
        address_id=address_id,
        name=wanted.name,
        company=wanted.company,
        line1=wanted.line1,
        line2=wanted.line2,
        city=wanted.city,
        region=wanted.region,
        postal_code=wanted.postal_code,
        country=wanted.country,
        phone=wanted.phone,
        is_default_shipping=wanted.is_default_shipping,
        is_default_billing=wanted.is_default_billing,
    )
    tx.emit(AddressChanged(customer_id, changed))
    return changed


async def remove_address(tx: Tx, customer_id: CustomerId, address_id: AddressId) -> None:
    """Take an address away from a customer. What was sent there is not touched."""
    await hold(tx, customer_id)
    removed = await delete_address(
        tx, tenant_id=tx.tenant_id, customer_id=customer_id, address_id=address_id
    )
    if removed is None:
        raise AddressNotFound
    tx.emit(AddressRemoved(customer_id, removed))


async def addresses_of(
    tx: Tx, customer_id: CustomerId, *, before: AddressId | None, most: int
) -> list[CustomerAddress]:
    """The addresses of a customer, newest first."""
    customer = await customer_by_id(tx, customer_id)
    return await newest_addresses(
        tx, tenant_id=tx.tenant_id, customer_id=customer.id, before=before, most=most
    )


async def _make_room(tx: Tx, customer_id: CustomerId, *, shipping: bool, billing: bool) -> None:
    """Let the defaults be no longer what another address shall be."""
    if not (shipping or billing):
        return
    cleared = await clear_defaults(
        tx, tenant_id=tx.tenant_id, customer_id=customer_id, shipping=shipping, billing=billing
    )
    for address in cleared:
        tx.emit(AddressChanged(customer_id, address))


@sql
async def count_addresses(tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId) -> int: ...


@sql
async def clear_defaults(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, shipping: bool, billing: bool
) -> list[CustomerAddress]: ...


@sql
async def insert_address(
    tx: Tx,
    *,
    customer_id: CustomerId,
    name: str | None,
    company: str | None,
    line1: str,
    line2: str | None,
    city: str,
    region: str | None,
    postal_code: str | None,
    country: str,
    phone: str | None,
    is_default_shipping: bool,
    is_default_billing: bool,
) -> CustomerAddress: ...


@sql
async def find_address(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, address_id: AddressId
) -> CustomerAddress | None: ...


@sql
async def update_address(
    tx: Tx,
    *,
    tenant_id: TenantId,
    address_id: AddressId,
    name: str | None,
    company: str | None,
    line1: str,
    line2: str | None,
    city: str,
    region: str | None,
    postal_code: str | None,
    country: str,
    phone: str | None,
    is_default_shipping: bool,
    is_default_billing: bool,
) -> CustomerAddress: ...


@sql
async def delete_address(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId, address_id: AddressId
) -> CustomerAddress | None: ...


@sql
async def newest_addresses(
    tx: Tx,
    *,
    tenant_id: TenantId,
    customer_id: CustomerId,
    before: AddressId | None,
    most: int,
) -> list[CustomerAddress]: ...


@sql
async def give_addresses(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> None: ...


@sql
async def delete_addresses(tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId) -> None: ...
