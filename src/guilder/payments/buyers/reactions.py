"""What facts about customers bring about here."""

from typing import Final

from guilder import events
from guilder.customers import CustomerErased, CustomerId, CustomerMerged
from guilder.db import Tx, sql
from guilder.jobs import enqueue_many
from guilder.kernel import TenantId
from guilder.payments.methods import (
    ForgetMethod,
    PaymentMethod,
    PaymentMethodDetached,
    PaymentMethodUpdated,
    take_turn,
)


async def _move(tx: Tx, fact: CustomerMerged) -> None:
    """What somebody saved to pay with is theirs under their new id, and so is what they began."""
    target_id, source_id = fact.data.customer.id, fact.data.merged.id
    await take_turn(tx, customer_id=target_id)
    moved = await move_methods(tx, tenant_id=tx.tenant_id, source_id=source_id, target_id=target_id)
    await move_begun(tx, tenant_id=tx.tenant_id, source_id=source_id, target_id=target_id)
    for method in moved:
        tx.emit(PaymentMethodUpdated.of(method))


async def _detach(tx: Tx, fact: CustomerErased) -> None:
    """Nothing that belonged to somebody who is forgotten is used again. The books stay."""
    gone = await detach_methods(tx, tenant_id=tx.tenant_id, customer_ids=fact.data.ids)
    for method in gone:
        tx.emit(PaymentMethodDetached.of(method))
    await enqueue_many(tx, [ForgetMethod(method.id) for method in gone])


move_to_merged: Final = events.reaction("payments.move_to_merged", CustomerMerged, _move)
detach_of_erased: Final = events.reaction("payments.detach_of_erased", CustomerErased, _detach)


@sql
async def move_methods(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> list[PaymentMethod]: ...


@sql
async def move_begun(
    tx: Tx, *, tenant_id: TenantId, source_id: CustomerId, target_id: CustomerId
) -> None: ...


@sql
async def detach_methods(
    tx: Tx, *, tenant_id: TenantId, customer_ids: list[CustomerId]
) -> list[PaymentMethod]: ...
