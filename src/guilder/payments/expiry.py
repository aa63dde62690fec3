"""Expiry: what is not paid or not taken in time is called off, by the database's clock."""

from datetime import timedelta
from functools import partial
from typing import Final

from msgspec.structs import replace

from guilder.db import Pool, Tx, transact
from guilder.jobs import Hopeless, enqueue
from guilder.kernel import Actor, ActorKind, TenantId

from .attempts import carry_out
from .cancellations import PaymentUnderway, cancel
from .followups import ExpirePayment, expire_later
from .gateways import EXPIRED, AttemptId, Gateways
from .payment import PaymentStatus
from .payments import locked

PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(days=1)
MOST_DOUBLED: Final = 9
"""So often the pause is doubled, until it is as long as it gets."""

ENDS = frozenset({PaymentStatus.PENDING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.AUTHORIZED})


async def expire(
    pool: Pool, tenant_id: TenantId | None, job: ExpirePayment, *, gateways: Gateways
) -> None:
    """Call off a payment whose time is over; one that was given more time is looked at then."""
    if tenant_id is None:
        raise Hopeless("a payment belongs to a tenant")
    actor = Actor(kind=ActorKind.JOB, tenant_id=tenant_id, scopes=frozenset())
    try:
        attempt_id = await transact(pool, tenant_id, partial(_call_off, job=job), actor=actor)
    except PaymentUnderway:
        await transact(pool, tenant_id, partial(_come_back, job=job), actor=actor)
        return
    if attempt_id is not None:
        await carry_out(pool, gateways, tenant_id, attempt_id=attempt_id)
        await transact(pool, tenant_id, partial(_look_again, job=job), actor=actor)


async def _call_off(tx: Tx, *, job: ExpirePayment) -> AttemptId | None:
    payment = await locked(tx, job.payment_id)
    if payment.ends_at is None:
        return None
    if payment.status is PaymentStatus.PROCESSING:
        raise PaymentUnderway
    if payment.status not in ENDS:
        return None
    if payment.ends_at > await tx.now():
        await expire_later(tx, [payment])
        return None
    _, attempt_id = await cancel(tx, job.payment_id, reason=EXPIRED)
    return attempt_id


async def _come_back(tx: Tx, *, job: ExpirePayment) -> None:
    """Each time later: its gateway may take days, and may be one that is gone for good."""
    pause = min(PAUSE * 2 ** min(job.check, MOST_DOUBLED), LONGEST_PAUSE)
    await enqueue(tx, replace(job, check=job.check + 1), run_at=await tx.now() + pause)


async def _look_again(tx: Tx, *, job: ExpirePayment) -> None:
    """A gateway that could not be reached, or would not let go, is asked again."""
    payment = await locked(tx, job.payment_id)
    if payment.status in ENDS and payment.ends_at is not None:
        await _come_back(tx, job=job)
