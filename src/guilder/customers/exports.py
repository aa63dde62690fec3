"""Exports: everything that is held about a customer, whoever holds it."""

from collections.abc import Sequence
from typing import Any, Final, final

import msgspec

from guilder.db import Tx
from guilder.identity import audit
from guilder.kernel import Actor, Problem, Tool
from guilder.manifest import Export, Person

from .addresses import CustomerAddress, newest_addresses
from .customer import Customer, CustomerId
from .customers import customer_by_id, ids_of

MOST: Final = 10_000
"""How many records of a kind one document holds."""


class ExportNotAllowed(Problem, status=403):
    """An export holds what the key may not read otherwise."""

    needs: list[str]


@final
class Exports(Tool):
    """What every package of this process tells about a customer."""

    def __init__(self, exports: Sequence[Export]) -> None:
        self._exports = tuple(exports)

    def refuse_who_may_not_read(self, actor: Actor) -> None:
        """Let an export be a way to nothing that is closed to its reader."""
        needs = {one.permission for one in self._exports if not actor.allows(one.permission)}
        if needs:
            raise ExportNotAllowed(needs=sorted(needs))

    async def records(self, tx: Tx, person: Person) -> dict[str, list[Any]]:
        """By kind, what is held of a person, newest first; one beyond MOST tells of more."""
        return {one.name: await one.records(tx, person, MOST + 1) for one in self._exports}


class CustomerExport(msgspec.Struct, frozen=True):
    """All about one customer."""

    customer: Customer
    ids: list[CustomerId]
    addresses: list[CustomerAddress]
    records: dict[str, list[Any]]
    incomplete: list[str]


async def export(
    tx: Tx, customer_id: CustomerId, exports: Exports, *, actor: Actor
) -> CustomerExport:
    """Gather everything that is held about a customer."""
    exports.refuse_who_may_not_read(actor)
    customer = await customer_by_id(tx, customer_id)
    ids = await ids_of(tx, customer.id)
    addresses = await newest_addresses(
        tx, tenant_id=tx.tenant_id, customer_id=customer.id, before=None, most=MOST
    )
    found = await exports.records(tx, Person(list(ids), customer.email))
    given = {"ids": ids, "kinds": sorted(found)}
    await audit.record(tx, "customer.exported", type="customer", id=customer.id, after=given)
    return CustomerExport(
        customer=customer,
        ids=ids,
        addresses=addresses,
        records={name: records[:MOST] for name, records in found.items()},
        incomplete=sorted(name for name, records in found.items() if len(records) > MOST),
    )
