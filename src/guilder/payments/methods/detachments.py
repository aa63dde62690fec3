"""Detachments: used no more from now on, and forgotten by the gateway once that can be reached."""

from typing import ClassVar

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.jobs import Hopeless, Job, enqueue
from guilder.kernel import TenantId
from guilder.payments.gateways import Gateways

from .events import PaymentMethodDetached
from .method import PaymentMethod, PaymentMethodId
from .methods import method_by_id, method_of_token


class ForgetMethod(Job, frozen=True):
    """Have a gateway keep a detached instrument no longer."""

    name: ClassVar[str] = "payments.forget_method"
    timeout_seconds: ClassVar[float] = 60.0
    max_attempts: ClassVar[int] = 240  # the pauses grow to an hour, so a gateway has nine days

    method_id: PaymentMethodId


async def detach(tx: Tx, method_id: PaymentMethodId) -> PaymentMethod:
    """Use it no more. What was paid with it stays as it is."""
    before = await method_by_id(tx, method_id)
    gone = await detach_method(tx, tenant_id=tx.tenant_id, method_id=method_id)
    if gone is None:
        return before
    tx.emit(PaymentMethodDetached.of(gone))
    await enqueue(tx, ForgetMethod(gone.id))
    return gone


async def forget(
    pool: Pool, tenant_id: TenantId | None, job: ForgetMethod, *, gateways: Gateways
) -> None:
    """Tell the gateway of a detached instrument, unless the same was saved again meanwhile."""
    if tenant_id is None:
        raise Hopeless("a payment method belongs to a tenant")
    async with tenant_transaction(pool, tenant_id) as tx:
        method = await method_by_id(tx, job.method_id)
        again = await method_of_token(
            tx, tenant_id=tenant_id, gateway=method.gateway, token=method.token
        )
        if again is not None:
            return
        gateway = await gateways.of(tx, method.gateway)
    await gateway.forget(method.token)


@sql
async def detach_method(
    tx: Tx, *, tenant_id: TenantId, method_id: PaymentMethodId
) -> PaymentMethod | None: ...
