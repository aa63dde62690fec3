"""Settlement: no attempt stays open. The gateway is asked, again and again, what became of it."""

from typing import Final

from guilder.db import Pool, Tx, tenant_transaction, transact
from guilder.jobs import Hopeless
from guilder.kernel import TenantId

from .attempts import UNAVAILABLE, Claimed, claim, give, let_go, record
from .followups import CHECKS, SettleAttempt, settle_later
from .gateways import (
    AttemptId,
    Charge,
    Declined,
    GatewayNotConfigured,
    Gateways,
    GatewayUnavailable,
    Outcome,
    OutcomeUnknown,
)
from .payment import PaymentId
from .transaction import TransactionStatus
from .transactions import find_transaction, open_attempts

NEVER_ARRIVED = Declined(
    code="not_received", message="The gateway never received it, so nothing was charged."
)
UNTRIED: Final = frozenset({UNAVAILABLE.code, NEVER_ARRIVED.code})
"""Why a payment failed that no gateway has looked at."""


async def settle(
    pool: Pool, tenant_id: TenantId | None, job: SettleAttempt, *, gateways: Gateways
) -> None:
    """Ask about an attempt that is still open, and come back later if nobody knows yet."""
    if tenant_id is None:
        raise Hopeless("an attempt belongs to a tenant")
    await ask(pool, gateways, tenant_id, attempt_id=job.attempt_id)

    async def come_back(tx: Tx) -> None:
        attempt = await find_transaction(tx, tenant_id=tenant_id, attempt_id=job.attempt_id)
        if attempt is None or attempt.is_finished:
            return
        if attempt.status is TransactionStatus.WAITING:
            last = len(CHECKS) - 1  # it is known: the buyer has to act, or its time runs out
            await settle_later(tx, [job.attempt_id], check=min(job.check + 1, last))
            return
        if job.check + 1 == len(CHECKS):
            raise Hopeless(f"nobody knows what {attempt.gateway} did: a person has to look")
        await settle_later(tx, [job.attempt_id], check=job.check + 1)

    await transact(pool, tenant_id, come_back)


async def ask(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, attempt_id: AttemptId
) -> None:
    """Ask the gateway now what became of an attempt, if it is open and nobody else is asking."""
    try:
        claimed = await claim(pool, gateways, tenant_id, attempt_id=attempt_id)
    except GatewayNotConfigured:
        return  # who took its account away can put it back
    if claimed is None:
        return
    try:
        outcome = await _find(claimed)
    except (OutcomeUnknown, GatewayUnavailable):
        await let_go(pool, tenant_id, attempt_id)
        return
    await record(pool, tenant_id, attempt_id, outcome=outcome)


async def look_into(
    pool: Pool, gateways: Gateways, tenant_id: TenantId, *, payment_id: PaymentId
) -> None:
    """Ask the gateway now about all that is open of a payment, as when its buyer came back."""
    async with tenant_transaction(pool, tenant_id) as tx:
        waiting = await open_attempts(tx, tenant_id=tenant_id, payment_id=payment_id)
    for attempt_id in waiting:
        await ask(pool, gateways, tenant_id, attempt_id=attempt_id)


async def _find(claimed: Claimed) -> Outcome:
    """What became of it. A charge that never arrived never will; anything else is given again."""
    found = await claimed.gateway.find(claimed.order)
    if found is not None:
        return found
    if isinstance(claimed.order, Charge):
        return NEVER_ARRIVED
    return await give(claimed)
