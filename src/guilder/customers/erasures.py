"""Erasures: all that is personal about a customer goes, and the books stay."""

import msgspec

from guilder.db import Tx

from .addresses import delete_addresses
from .customer import Customer, CustomerErased, CustomerId, Erasure
from .customers import CustomerMergedAway, CustomerNotFound, emptied, ids_of, save
from .merges import lock_customers
from .search import note_words


async def erase(tx: Tx, customer_id: CustomerId) -> Customer:
    """Forget a customer. Doing it again changes nothing.

    What others hold about them, and what the log of facts says of them, goes after the commit:
    whoever holds something listens to the fact.
    """
    found = await lock_customers(tx, tenant_id=tx.tenant_id, ids=[customer_id])
    if not found:
        raise CustomerNotFound
    (customer,) = found
    if customer.merged_into_id is not None:
        raise CustomerMergedAway(merged_into_id=customer.merged_into_id)
    if customer.erased_at is not None:
        return customer
    now = await tx.now()
    erased = await save(tx, msgspec.structs.replace(emptied(customer), erased_at=now))
    await delete_addresses(tx, tenant_id=tx.tenant_id, customer_id=customer_id)
    await note_words(tx, customer_id, [])
    ids = await ids_of(tx, customer_id)
    tx.emit(CustomerErased(customer_id, Erasure(customer_id, ids, now)))
    return erased
