"""Cancellations: a checkout is called off before its time."""

from guilder import payments
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .closing import close
from .session import COME_TO_NOTHING, CheckoutId, Session, SessionStatus
from .sessions import CheckoutNotFound, CheckoutUnderway, session_by_id


async def call_off(tx: Tx, checkout_id: CheckoutId) -> Session:
    """Close a checkout, unless somebody is paying for it. One that is closed stays as it is."""
    session = await lock_session(tx, tenant_id=tx.tenant_id, checkout_id=checkout_id)
    if session is None:
        raise CheckoutNotFound
    if session.status is not SessionStatus.OPEN:
        return session
    if session.payment_id is not None:
        payment = await payments.payment_by_id(tx, session.payment_id)
        if payment.status not in COME_TO_NOTHING:
            raise CheckoutUnderway
    await close(tx, [checkout_id], SessionStatus.EXPIRED)
    return await session_by_id(tx, checkout_id)


@sql
async def lock_session(
    tx: Tx, *, tenant_id: TenantId, checkout_id: CheckoutId
) -> Session | None: ...
