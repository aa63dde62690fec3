"""Reactions: what becomes of carts, checkouts and orders when their customer changes.

Of who is erased nothing stays but the books: what was sold, and for how much.
"""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from guilder import events
from guilder.customers import CustomerErased, CustomerId, CustomerMerged
from guilder.db import Tx, sql
from guilder.events import Event
from guilder.kernel import TenantId

PAGE: Final = 500
PERSONAL: Final = ("buyer", "email")
"""What facts about carts and orders tell of a person, by the names in their data."""


async def _move(tx: Tx, fact: CustomerMerged) -> None:
    """What they were about to buy is theirs under their new id; what they bought stays."""
    source_id, target_id = fact.data.merged.id, fact.data.customer.id
    await move_carts(tx, tenant_id=tx.tenant_id, source_id=source_id, target_id=target_id)


async def _forget(tx: Tx, fact: CustomerErased) -> None:
    customer_ids = fact.data.ids
    carts = await forget_carts(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    await forget_sessions(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    orders = await forget_buyers(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    for object_id in (*carts, *orders):
        await _redact(tx, object_id)


async def _redact(tx: Tx, object_id: UUID) -> None:
    """Say nothing personal in the log either; what was told stands there by now."""
    before: int | None = None
    while found := await events.newest_events(
        tx, tenant_id=tx.tenant_id, type=None, object_id=object_id, before=before, most=PAGE
    ):
        redacted = {event.id: data for event, data in _without_persons(found)}
        await events.redact(
            tx, tenant_id=tx.tenant_id, ids=list(redacted), data=list(redacted.values())
        )
        before = found[-1].position


def _without_persons(found: Iterable[Event]) -> list[tuple[Event, Any]]:
    return [
        (event, event.data | dict.fromkeys(personal) | {"is_redacted": True})
        for event in found
        if (personal := [name for name in PERSONAL if event.data.get(name) is not None])
    ]


move_to_merged: Final = events.reaction("checkout.move_to_merged", CustomerMerged, _move)
forget_erased: Final = events.reaction("checkout.forget_erased", CustomerErased, _forget)


@sql
async def move_carts(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> None: ...


@sql
async def forget_sessions(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> None: ...


@sql
async def forget_carts(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[UUID]: ...


@sql
async def forget_buyers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[UUID]: ...
