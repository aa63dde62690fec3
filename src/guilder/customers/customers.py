"""Customers: taken in, changed, and found again."""

from typing import Any

from guilder.db import Tx, sql
from guilder.kernel import Problem, TenantId

from .customer import Customer, CustomerCreated, CustomerId, CustomerUpdated


class CustomerNotFound(Problem, status=404):
    """There is no such customer."""


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
    )
    if created is None:
        raise EmailTaken
    tx.emit(CustomerCreated(created.id, created))
    return created


async def change_customer(
    tx: Tx,
    customer_id: CustomerId,
    *,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any] | None,
    internal_metadata: dict[str, Any] | None,
) -> Customer:
    """Change what is given, and leave the rest as it was."""
    if email is not None:
        await wait_for_email(tx, tenant_id=tx.tenant_id, email=email)
        holder = await customer_with_email(tx, tenant_id=tx.tenant_id, email=email)
        if holder not in {None, customer_id}:
            raise EmailTaken
    changed = await update_customer(
        tx,
        tenant_id=tx.tenant_id,
        customer_id=customer_id,
        email=email,
        name=name,
        phone=phone,
        app_metadata=app_metadata,
        internal_metadata=internal_metadata,
    )
    if changed is None:
        raise CustomerNotFound
    tx.emit(CustomerUpdated(changed.id, changed))
    return changed


async def customer_by_id(tx: Tx, customer_id: CustomerId) -> Customer:
    """One customer of the tenant."""
    found = await find_customer(tx, tenant_id=tx.tenant_id, customer_id=customer_id)
    if found is None:
        raise CustomerNotFound
    return found


@sql
async def insert_customer(
    tx: Tx,
    *,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any],
    internal_metadata: dict[str, Any],
) -> Customer | None: ...


@sql
async def wait_for_email(tx: Tx, *, tenant_id: TenantId, email: str) -> None: ...


@sql
async def customer_with_email(tx: Tx, *, tenant_id: TenantId, email: str) -> CustomerId | None: ...


@sql
async def update_customer(
    tx: Tx,
    *,
    tenant_id: TenantId,
    customer_id: CustomerId,
    email: str | None,
    name: str | None,
    phone: str | None,
    app_metadata: dict[str, Any] | None,
    internal_metadata: dict[str, Any] | None,
) -> Customer | None: ...


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
