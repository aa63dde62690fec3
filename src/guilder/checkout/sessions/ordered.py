"""Ordered: which checkouts became an order, those too that were paid when their time was over."""

from collections.abc import Sequence

from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .session import CheckoutId, Session, SessionStatus


async def ordered(tx: Tx, sessions: Sequence[Session]) -> set[CheckoutId]:
    """Those of which there is an order. Only where somebody paid late, or in vain, it is asked."""
    completed = {each.id for each in sessions if each.status is SessionStatus.COMPLETED}
    perhaps = [
        each.id
        for each in sessions
        if each.payment_id is not None
        and each.status in {SessionStatus.EXPIRED, SessionStatus.FAILED}
    ]
    if not perhaps:
        return completed
    return completed.union(await ordered_late(tx, tenant_id=tx.tenant_id, checkout_ids=perhaps))


@sql
async def ordered_late(
    tx: Tx, *, tenant_id: TenantId, checkout_ids: list[CheckoutId]
) -> list[CheckoutId]: ...
