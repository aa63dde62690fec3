"""Customers: taken in, changed, and found again."""

from datetime import datetime
from typing import Any

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .customer import Customer, CustomerChanges, CustomerCreated, CustomerId, CustomerUpdated
from .search import note_words, words_in


class CustomerNotFound(Problem, status=404):
    """There is no such customer."""


class CustomerMergedAway(Problem, status=409):
    """This customer was merged into another, who is to be written to instead."""

    merged_into_id: CustomerId


class CustomerGone(Problem, status=409):
    """This customer was erased, and nothing is kept of them any more."""


class EmailTaken(Problem, status=409):
    """Another customer has this e-mail."""


async def create_customer(
    tx: Tx,
    *,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any],
    internal_metadata: dict[str, Any],
) -> Customer:
    """Take in a customer."""
    if email is not None:
        await wait_for_email(tx, tenant_id=tx.tenant_id, email=email)
    created = await insert_customer(
        tx,
        email=email,
        name=name,
        phone=phone,
        app_metadata=app_metadata,
        internal_metadata=internal_metadata,
        words=words_in(name, email),
    )
    if created is None:
        raise EmailTaken
    tx.emit(CustomerCreated(created.id, created))
    return created


async def change_customer(tx: Tx, customer_id: CustomerId, changes: CustomerChanges) -> Customer:
    """Change what is named, and leave the rest. What is the same afterwards is not told."""
    before = await hold(tx, customer_id)
    wanted = changes.applied_to(before)
    if wanted == before:
        return before
    if wanted.email is not None and wanted.email != before.email:
        await wait_for_email(tx, tenant_id=tx.tenant_id, email=wanted.email)
        holder = await customer_with_email(tx, tenant_id=tx.tenant_id, email=wanted.email)
        if holder not in {None, customer_id}:
            raise EmailTaken
    changed = await save(tx, wanted)
    if (changed.name, changed.email) != (before.name, before.email):
        await note_words(tx, changed.id, words_in(changed.name, changed.email))
    tx.emit(CustomerUpdated(changed.id, changed))
    return changed


async def customer_by_id(tx: Tx, customer_id: CustomerId) -> Customer:
    """One customer of the tenant; by the id of one who was merged, the one they are now."""
    found = await find_customer(tx, tenant_id=tx.tenant_id, customer_id=customer_id)
    if found is None:
        raise CustomerNotFound
    return found


async def keep_usable(tx: Tx, customer_id: CustomerId) -> None:
    """See to it that this customer is neither merged nor erased until this transaction ends."""
    if not await known_customers(tx, tenant_id=tx.tenant_id, ids=[customer_id]):
        raise CustomerNotFound


async def ids_of(tx: Tx, customer_id: CustomerId) -> list[CustomerId]:
    """Every id under which something is kept for this customer; none where there is no such one.

    That is the id of the one they are now, and of all who were merged into that one.
    """
    return await all_ids(tx, tenant_id=tx.tenant_id, customer_id=customer_id)


async def hold(tx: Tx, customer_id: CustomerId) -> Customer:
    """A customer whom this transaction may write to."""
    held = await lock_customer(tx, tenant_id=tx.tenant_id, customer_id=customer_id)
    if held is None:
        raise CustomerNotFound
    return writable(held)


def writable(customer: Customer) -> Customer:
    """The customer, if they are still one of their own."""
    if customer.merged_into_id is not None:
        raise CustomerMergedAway(merged_into_id=customer.merged_into_id)
    if customer.erased_at is not None:
        raise CustomerGone
    return customer


def emptied(customer: Customer) -> Customer:
    """The customer without anything personal."""
    return msgspec.structs.replace(
        customer, email=None, name=None, phone=None, app_metadata={}, internal_metadata={}
    )


async def save(tx: Tx, customer: Customer) -> Customer:
    """Write back a customer whom this transaction holds."""
    return await update_customer(
        tx,
        tenant_id=tx.tenant_id,
        customer_id=customer.id,
        email=customer.email,
        name=customer.name,
        phone=customer.phone,
        app_metadata=customer.app_metadata,
        internal_metadata=customer.internal_metadata,
        merged_into_id=customer.merged_into_id,
        erased_at=customer.erased_at,
    )


@sql
async def insert_customer(
    tx: Tx,
    *,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any],
    internal_metadata: dict[str, Any],
    words: list[str],
) -> Customer | None: ...


@sql
async def wait_for_email(tx: Tx, *, tenant_id: TenantId, email: str) -> None: ...


@sql
async def customer_with_email(tx: Tx, *, tenant_id: TenantId, email: str) -> CustomerId | None: ...


@sql
async def lock_customer(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId
) -> Customer | None: ...


@sql
async def update_customer(
    tx: Tx,
    *,
    tenant_id: TenantId,
    customer_id: CustomerId,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any],
    internal_metadata: dict[str, Any],
    merged_into_id: CustomerId | None,
    erased_at: datetime | None,
) -> Customer: ...


@sql
async def find_customer(
    tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId
) -> Customer | None: ...


@sql
async def newest_customers(
    tx: Tx, *, tenant_id: TenantId, email: str | None, before: CustomerId | None, most: int
) -> list[Customer]: ...


@sql
async def known_customers(
    tx: Tx, *, tenant_id: TenantId, ids: list[CustomerId]
) -> list[CustomerId]: ...


@sql
async def usable_customers(
    tx: Tx, *, tenant_id: TenantId, ids: list[CustomerId]
) -> list[Customer]: ...


@sql
async def all_ids(tx: Tx, *, tenant_id: TenantId, customer_id: CustomerId) -> list[CustomerId]: ...
