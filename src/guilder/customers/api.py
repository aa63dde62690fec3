"""The customers API."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder import customers
from guilder.db import Tx
from guilder.http import Listing, Page, get, patch, post
from guilder.kernel import Actor, Metadata

from .addresses.address import Phone
from .addresses.api import AddressView
from .addresses.api import show as show_address
from .customer import Customer, CustomerChanges, CustomerId
from .customers import (
    CustomerGone,
    CustomerMergedAway,
    CustomerNotFound,
    EmailTaken,
    change_customer,
    newest_customers,
)
from .erasures import Claims, erase
from .exports import ExportNotAllowed, Exports, export
from .merges import MergeWithOneself, merge
from .search import search_customers

Email = Annotated[
    str, Meta(max_length=254, pattern=r"^[^\s@]+@[^\s@]+$(?!\n)", examples=["ada@example.com"])
]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S", examples=["Ada Lovelace"])]
Words = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        description="Beginnings of words of the name and the e-mail. All of them have to be there.",
        examples=["ada love"],
    ),
]


class NewCustomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who shall be a customer."""

    email: Email | None = None
    name: Name | None = None
    phone: Phone | None = None
    app_metadata: Metadata = {}
    internal_metadata: Metadata = {}


class CustomerPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shall be different; what is not named stays, and null empties what may be empty."""

    email: Email | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    phone: Phone | UnsetType | None = UNSET
    app_metadata: Metadata | UnsetType = UNSET
    internal_metadata: Metadata | UnsetType = UNSET


class MergeBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who goes into this customer."""

    customer_id: CustomerId


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer, as the tenant's own programs see them."""

    id: CustomerId
    email: Email | None
    name: Name | None
    phone: Phone | None
    app_metadata: Annotated[Metadata, Meta(description="May reach the buyer's browser.")]
    internal_metadata: Annotated[Metadata, Meta(description="Never leaves the tenant.")]
    erased_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ExportView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is held about a customer."""

    customer: CustomerView
    ids: Annotated[
        list[CustomerId], Meta(description="Theirs, and of those who were merged into them.")
    ]
    addresses: list[AddressView]
    records: Annotated[
        dict[str, list[Any]],
        Meta(
            description="By kind, newest first, as their own lists show them.",
            examples=[{"payments": [], "payment_methods": []}],
        ),
    ]
    incomplete: Annotated[
        list[str],
        Meta(description="Kinds of which there are more than fit in here: read their lists."),
    ]


@post("/v1/customers", "customers:write", problems=(EmailTaken,))
async def create_customer(tx: Tx, body: NewCustomer) -> CustomerView:
    """Take in a customer."""
    return show(await customers.create_customer(tx, **msgspec.structs.asdict(body)))


@get("/v1/customers", "customers:read")
async def list_customers(
    tx: Tx, page: Page, *, email: Email | None = None, search: Words | None = None
) -> Listing[CustomerView]:
    """List customers, newest first, perhaps the one with an e-mail, or all with some words.

    Who was merged into another or erased is not listed.
    """
    before = page.after(CustomerId)
    if search is None:
        found = await newest_customers(
            tx, tenant_id=tx.tenant_id, email=email, before=before, most=page.most
        )
    else:
        found = await search_customers(tx, search, email=email, before=before, most=page.most)
    return page.listing(found, at=lambda customer: customer.id, show=show)


@get("/v1/customers/{customer_id}", "customers:read", problems=(CustomerNotFound,))
async def show_customer(tx: Tx, customer_id: CustomerId) -> CustomerView:
    """Look at one customer.

    By the id of one who was merged into another, it is the other who is answered.
    """
    return show(await customers.customer_by_id(tx, customer_id))


@patch(
    "/v1/customers/{customer_id}",
    "customers:write",
    problems=(CustomerNotFound, CustomerMergedAway, CustomerGone, EmailTaken),
)
async def update_customer(tx: Tx, customer_id: CustomerId, body: CustomerPatch) -> CustomerView:
    """Change a customer; what is not named stays as it was, and null empties it."""
    changes = CustomerChanges(**msgspec.structs.asdict(body))
    return show(await change_customer(tx, customer_id, changes))


@post(
    "/v1/customers/{customer_id}/merges",
    "customers:write",
    problems=(CustomerNotFound, CustomerMergedAway, CustomerGone, MergeWithOneself),
)
async def merge_customer(tx: Tx, customer_id: CustomerId, body: MergeBody) -> CustomerView:
    """Let another customer go into this one, for good.

    What this one has stays, and what is empty is filled from the other, whose
    addresses and payment methods become this one's. The other's id leads here.
    """
    return show(await merge(tx, customer_id, body.customer_id))


@post(
    "/v1/customers/{customer_id}/erasures",
    "customers:write",
    problems=(CustomerNotFound, CustomerMergedAway),
)
async def erase_customer(tx: Tx, customer_id: CustomerId, claims: Claims) -> CustomerView:
    """Forget all that is personal about a customer, for good.

    What they bought as a guest under their e-mail is theirs then, and forgotten with it.
    Payments and the ledger stay as they are, and lead to somebody without a name.
    """
    return show(await erase(tx, customer_id, claims))


@get(
    "/v1/customers/{customer_id}/export",
    "customers:read",
    problems=(CustomerNotFound, ExportNotAllowed),
)
async def export_customer(
    tx: Tx, actor: Actor, *, customer_id: CustomerId, exports: Exports
) -> ExportView:
    """Get everything that is held about a customer, in one document.

    The key has to be allowed to read each kind of record that is in it.
    """
    found = await export(tx, customer_id, exports, actor=actor)
    return ExportView(
        customer=show(found.customer),
        ids=found.ids,
        addresses=[show_address(address) for address in found.addresses],
        records=found.records,
        incomplete=found.incomplete,
    )


def show(customer: Customer) -> CustomerView:
    """A customer as callers see them."""
    fields = msgspec.structs.asdict(customer)
    del fields["merged_into_id"]
    return CustomerView(**fields)


ENDPOINTS = (
    create_customer,
    list_customers,
    show_customer,
    update_customer,
    merge_customer,
    erase_customer,
    export_customer,
)
