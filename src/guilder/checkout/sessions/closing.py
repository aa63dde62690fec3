"""Closing: a handoff that is paid no more lets go of what was kept for it."""

from collections.abc import Sequence

from guilder import catalog
from guilder.checkout import promotions
from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .events import CheckoutExpired, CheckoutFailed
from .session import CheckoutId, Session, SessionStatus


async def close(tx: Tx, checkout_ids: Sequence[CheckoutId], status: SessionStatus) -> None:
    """Close open sessions that this transaction holds, and let go of units and promotions."""
    if not checkout_ids:
        return
    closed = await close_sessions(tx, tenant_id=tx.tenant_id, ids=list(checkout_ids), status=status)
    await let_go(tx, closed)


async def let_go(tx: Tx, closed: Sequence[Session]) -> None:
    """What was kept for closed sessions is there for others again; and that is told."""
    if not closed:
        return
    ids = [session.id for session in closed]
    await catalog.release(tx, ids)
    await promotions.release(tx, [each.id for each in closed if each.snapshot.discounts])
    for session in closed:
        is_failed = session.status is SessionStatus.FAILED
        tx.emit((CheckoutFailed if is_failed else CheckoutExpired).of(session))


@sql
async def close_sessions(
    tx: Tx, *, tenant_id: TenantId, ids: list[CheckoutId], status: str
) -> list[Session]: ...
