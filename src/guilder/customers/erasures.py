"""Erasures: all that is personal about a customer goes, and the books stay."""

from collections.abc import Sequence
from typing import final

import msgspec

from guilder.db import Tx
from guilder.identity import audit
from guilder.kernel import Tool
from guilder.manifest import Claim, Person

from .addresses import delete_addresses
from .customer import Customer, CustomerErased, CustomerId, Erasure
from .customers import CustomerMergedAway, CustomerNotFound, emptied, ids_of, save
from .merges import lock_customers
from .search import note_words


@final
class Claims(Tool):
    """How what every package of this process holds of guests becomes a customer's."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self._claims = tuple(claims)

    async def make(self, tx: Tx, person: Person) -> None:
        """What was held of a guest with this e-mail is this person's from now on."""
        for claim in self._claims:
            await claim(tx, person)


async def erase(tx: Tx, customer_id: CustomerId, claims: Claims) -> Customer:
    """Forget a customer. Doing it again changes nothing.

    What others hold about them, and what the log of facts says of them, goes after the commit:
    whoever holds something listens to the fact. Nobody knows their e-mail then, so what they did
    as a guest is made theirs before.
    """
    found = await lock_customers(tx, tenant_id=tx.tenant_id, ids=[customer_id])
    if not found:
        raise CustomerNotFound
    (customer,) = found
    if customer.merged_into_id is not None:
        raise CustomerMergedAway(merged_into_id=customer.merged_into_id)
    if customer.erased_at is not None:
        return customer
    if customer.email is not None:
        await claims.make(tx, Person([customer_id], customer.email))
    now = await tx.now()
    erased = await save(tx, msgspec.structs.replace(emptied(customer), erased_at=now))
    await delete_addresses(tx, tenant_id=tx.tenant_id, customer_id=customer_id)
    await note_words(tx, customer_id, [])
    ids = await ids_of(tx, customer_id)
    tx.emit(CustomerErased(customer_id, Erasure(customer_id, ids, now)))
    await audit.record(tx, "customer.erased", type="customer", id=customer_id, after={"ids": ids})
    return erased
