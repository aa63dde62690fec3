"""The customers API."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guilder import customers
from guilder.db import Tx
from guilder.http import Listing, Page, get, patch, post

from .customer import Customer, CustomerId
from .customers import (
    CustomerNotFound,
    EmailTaken,
    change_customer,
    newest_customers,
)
from .customers import create_customer as take_in

Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^\s@]+@[^\s@]+$", examples=["ada@example.com"])
]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["Ada Lovelace"])]
Phone = Annotated[str, Meta(pattern=r"^\+?[0-9 ()./-]{3,30}$", examples=["+31 20 123 4567"])]
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=100)], Any],
    Meta(max_length=50, examples=[{"segment": "early"}]),
]


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who shall be a customer."""

    email: Email | None = None
    name: Name | None = None
    phone: Phone | None = None
    app_metadata: Metadata = {}
    internal_metadata: Metadata = {}


class CustomerChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays."""

    email: Email | None = None
    name: Name | None = None
    phone: Phone | None = None
    app_metadata: Metadata | None = None
    internal_metadata: Metadata | None = None


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer, as the tenant's own programs see them."""

    id: CustomerId
    email: Email | None
    name: Name | None
    phone: Phone | None
    app_metadata: Annotated[Metadata, Meta(description="May reach the buyer's browser.")]
    internal_metadata: Annotated[Metadata, Meta(description="Never leaves the tenant.")]
    created_at: datetime
    updated_at: datetime


@post("/v1/customers", "customers:write", problems=(EmailTaken,))
async def create_customer(tx: Tx, body: NewCustomer) -> CustomerView:
    """Take in a customer."""
    return show(await take_in(tx, **msgspec.structs.asdict(body)))


@get("/v1/customers", "customers:read")
async def list_customers(
    tx: Tx, page: Page, *, email: Email | None = None
) -> Listing[CustomerView]:
    """List customers, newest first, perhaps the one with this e-mail."""
    found = await newest_customers(
        tx, tenant_id=tx.tenant_id, email=email, before=page.after(CustomerId), most=page.most
    )
    return page.listing(found, at=lambda customer: customer.id, show=show)


@get("/v1/customers/{customer_id}", "customers:read", problems=(CustomerNotFound,))
async def show_customer(tx: Tx, customer_id: CustomerId) -> CustomerView:
    """Look at one customer."""
    return show(await customers.customer_by_id(tx, customer_id))


@patch("/v1/customers/{customer_id}", "customers:write", problems=(CustomerNotFound, EmailTaken))
async def update_customer(tx: Tx, customer_id: CustomerId, body: CustomerChange) -> CustomerView:
    """Change a customer; what is not named stays as it was."""
    return show(await change_customer(tx, customer_id, **msgspec.structs.asdict(body)))


def show(customer: Customer) -> CustomerView:
    """A customer as callers see them."""
    return CustomerView(**msgspec.structs.asdict(customer))


ENDPOINTS = (create_customer, list_customers, show_customer, update_customer)
