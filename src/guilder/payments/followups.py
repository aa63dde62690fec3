"""Follow-ups: the jobs that see to it that no attempt stays open and no hold stays for ever."""

from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final

from guilder.db import Tx
from guilder.jobs import Job, enqueue_many

from .gateways import AttemptId
from .payment import Payment, PaymentId

CHECKS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(hours=1),
    *(timedelta(days=1),) * 7,
)
"""When an open attempt is asked about. After the last it is a person's turn."""


class SettleAttempt(Job, frozen=True):
    """Ask the gateway what became of an attempt."""

    name: ClassVar[str] = "payments.settle_attempt"
    timeout_seconds: ClassVar[float] = 60.0

    attempt_id: AttemptId
    check: int = 0


class ExpirePayment(Job, frozen=True):
    """Call off a payment whose time is over."""

    name: ClassVar[str] = "payments.expire_payment"
    timeout_seconds: ClassVar[float] = 60.0

    payment_id: PaymentId
    check: int = 0


async def settle_later(tx: Tx, attempt_ids: Sequence[AttemptId], *, check: int = 0) -> None:
    """See to it that somebody asks, should nobody come back with an answer."""
    if attempt_ids:
        jobs = [SettleAttempt(attempt_id, check) for attempt_id in attempt_ids]
        await enqueue_many(tx, jobs, run_ats=[await tx.now() + CHECKS[check]] * len(jobs))


async def expire_later(tx: Tx, payments: Sequence[Payment]) -> None:
    """See to it that what has an end comes to it."""
    ending = {payment.id: payment.ends_at for payment in payments if payment.ends_at}
    if ending:
        jobs = [ExpirePayment(payment_id) for payment_id in ending]
        await enqueue_many(tx, jobs, run_ats=list(ending.values()))
