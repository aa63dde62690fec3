"""Merges: two customers turn out to be one, who keeps what either had."""

from itertools import islice
from typing import Any

import msgspec

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import MOST_KEYS, Problem, TenantId

from .addresses import give_addresses
from .customer import Customer, CustomerId, CustomerMerged, Merge
from .customers import CustomerNotFound, emptied, save, writable
from .search import note_words, words_in

"""How many names a customer's metadata has."""


class MergeWithOneself(Problem, status=422):
    """A customer is merged with another one."""


async def merge(tx: Tx, customer_id: CustomerId, other_id: CustomerId) -> Customer:
    """Let another customer go into this one. Doing it again changes nothing.

    What this one has stays; what is empty is filled from the other. The other keeps nothing but
    the way to this one, so what was written down under either id is found under this one.
    """
    if customer_id == other_id:
        raise MergeWithOneself
    customer, other = await hold_both(tx, customer_id, other_id)
    writable(customer)
    if other.merged_into_id == customer_id:
        return customer
    writable(other)
    await save(tx, msgspec.structs.replace(emptied(other), merged_into_id=customer_id))
    await follow(tx, tenant_id=tx.tenant_id, source_id=other_id, target_id=customer_id)
    await give_addresses(tx, tenant_id=tx.tenant_id, source_id=other_id, target_id=customer_id)
    merged = await save(tx, filled(customer, other))
    await note_words(tx, other_id, [])
    await note_words(tx, customer_id, words_in(merged.name, merged.email))
    tx.emit(CustomerMerged(customer_id, Merge(merged, other)))
    gone = {"merged_id": other_id}
    await audit.record(tx, "customer.merged", type="customer", id=customer_id, after=gone)
    return merged


async def hold_both(
    tx: Tx, customer_id: CustomerId, other_id: CustomerId
) -> tuple[Customer, Customer]:
    """Two customers for whom nobody else writes anything until this transaction ends."""
    found = await lock_customers(tx, tenant_id=tx.tenant_id, ids=[customer_id, other_id])
    held = {customer.id: customer for customer in found}
    if customer_id not in held or other_id not in held:
        raise CustomerNotFound
    return held[customer_id], held[other_id]


def filled(customer: Customer, other: Customer) -> Customer:
    """The customer, with what is empty taken from the other."""
    return msgspec.structs.replace(
        customer,
        email=customer.email or other.email,
        name=customer.name or other.name,
        phone=customer.phone or other.phone,
        app_metadata=_together(customer.app_metadata, other.app_metadata),
        internal_metadata=_together(customer.internal_metadata, other.internal_metadata),
    )


def _together(mine: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    both = mine | {name: value for name, value in theirs.items() if name not in mine}
    return dict(islice(both.items(), max(MOST_KEYS, len(mine))))


@sql
async def lock_customers(
    tx: Tx, *, tenant_id: TenantId, ids: list[CustomerId]
) -> list[Customer]: ...


@sql
async def follow(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> None: ...
