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

OBJECTS: Final = 100
PAGE: Final = 500
"""Of so many objects so many facts are looked at with one statement."""

FORGOTTEN: Final[dict[str, Any]] = {"buyer": None, "email": None, "metadata": {}}
"""What stands in facts about carts and orders instead of what they tell of a person."""


async def _move(tx: Tx, fact: CustomerMerged) -> None:
    """What they were about to buy is theirs under their new id; what they bought stays."""
    source_id, target_id = fact.data.merged.id, fact.data.customer.id
    await move_carts(tx, tenant_id=tx.tenant_id, source_id=source_id, target_id=target_id)


async def _forget(tx: Tx, fact: CustomerErased) -> None:
    customer_ids = fact.data.ids
    carts = await forget_carts(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    await forget_lines(tx, tenant_id=tx.tenant_id, cart_ids=carts)
    sessions = await forget_sessions(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    await forget_uses(tx, tenant_id=tx.tenant_id, holder_ids=sessions)
    orders = await forget_buyers(tx, tenant_id=tx.tenant_id, customer_ids=customer_ids)
    everything = [*carts, *orders]
    for first in range(0, len(everything), OBJECTS):
        await _redact(tx, everything[first : first + OBJECTS])


async def _redact(tx: Tx, object_ids: list[UUID]) -> None:
    """Say nothing personal in the log either; what was told stands there by now."""
    before: int | None = None
    while found := await events.events_about(
        tx, tenant_id=tx.tenant_id, object_ids=object_ids, before=before, most=PAGE
    ):
        redacted = {event.id: data for event, data in _without_persons(found)}
        await events.redact(
            tx, tenant_id=tx.tenant_id, ids=list(redacted), data=list(redacted.values())
        )
        before = found[-1].position


def _without_persons(found: Iterable[Event]) -> list[tuple[Event, Any]]:
    emptied = [(event, _emptied(event.data)) for event in found]
    return [(event, data | {"is_redacted": True}) for event, data in emptied if data != event.data]


def _emptied(data: Any) -> Any:
    match data:
        case dict():
            return {
                name: FORGOTTEN[name] if name in FORGOTTEN else _emptied(told)
                for name, told in data.items()
            }
        case list():
            return list(map(_emptied, data))
        case _:
            return data


move_to_merged: Final = events.reaction("checkout.move_to_merged", CustomerMerged, _move)
forget_erased: Final = events.reaction("checkout.forget_erased", CustomerErased, _forget)


@sql
async def move_carts(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> None: ...


@sql
async def forget_sessions(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[UUID]: ...


@sql
async def forget_uses(tx: Tx, *, tenant_id: TenantId, holder_ids: list[UUID]) -> None: ...


@sql
async def forget_lines(tx: Tx, *, tenant_id: TenantId, cart_ids: list[UUID]) -> None: ...


@sql
async def forget_carts(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[UUID]: ...


@sql
async def forget_buyers(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[UUID]: ...
