"""Work: what a refund leaves to do in the world, after the commit."""

import msgspec

from guilder.checkout.sessions import OrderId
from guilder.http import Caller, RequestInProgress
from guilder.payments import AttemptId, Gateways, carry_out

from .refund import Refund, RefundId, RefundStatus


class RefundWork(msgspec.Struct, frozen=True):
    """A refund whose movements its gateway has to be asked for."""

    order_id: OrderId
    refund_id: RefundId
    attempt_ids: list[AttemptId]


def work_of(refund: Refund | None) -> RefundWork | None:
    """What is left to do for a refund; None where it was done at once."""
    if refund is None or refund.status is RefundStatus.SUCCEEDED:
        return None
    return RefundWork(refund.order_id, refund.id, refund.transaction_ids)


async def carry_out_refund(caller: Caller, work: RefundWork, gateways: Gateways) -> None:
    """Ask the gateway for each part. What is known by now is not asked for again."""
    for attempt_id in work.attempt_ids:
        if not await carry_out(caller.pool, gateways, caller.tenant_id, attempt_id=attempt_id):
            raise RequestInProgress
