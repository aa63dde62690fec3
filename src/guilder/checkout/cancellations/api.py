"""The API of cancellations of orders."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from guilder.checkout.orders import OrderNotFound, OrderView, WholeOrder, order_by_id, show_order
from guilder.checkout.refunds import (
    OrderRefundView,
    Refund,
    RefundWork,
    TooManyRefunds,
    carry_out_refund,
    refund_by_id,
    show_refund,
    work_of,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx
from guilder.http import Caller, Unfinished, post
from guilder.kernel import IllegalMove
from guilder.payments import MOVEMENT_PROBLEMS, Gateways, RefundNotAllowed

from .cancellations import Cancellation, cancel_order, find_cancellation

Reason = Annotated[str, Meta(max_length=500, examples=["changed their mind"])]


class OrderCancellationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is called off, and what is done about it."""

    reason: Reason | None = None
    restock: Annotated[bool, Meta(description="Put its pieces back on the shelf.")] = True
    refund: Annotated[bool, Meta(description="Give back all that is left.")] = True


class OrderCancellationView(msgspec.Struct, frozen=True, kw_only=True):
    """Why an order was called off, what was done about it, and the order after that."""

    order: OrderView
    refund: OrderRefundView | None
    reason: str | None
    restocked: bool
    created_by: str
    created_at: datetime


async def finish_order_cancellation(
    caller: Caller, work: RefundWork, gateways: Gateways
) -> OrderCancellationView:
    """Ask the gateway. A refund that it declined has failed, and the order is canceled."""
    await carry_out_refund(caller, work, gateways)
    async with caller.transaction() as tx:
        canceled = await find_cancellation(tx, tenant_id=tx.tenant_id, order_id=work.order_id)
        refund = await refund_by_id(tx, work.order_id, work.refund_id)
        return _show(canceled, await order_by_id(tx, work.order_id), refund=refund)


@post(
    "/v1/orders/{order_id}/cancellations",
    "orders:write",
    finish=finish_order_cancellation,
    problems=(OrderNotFound, IllegalMove, TooManyRefunds, RefundNotAllowed, *MOVEMENT_PROBLEMS),
)
async def create_order_cancellation(
    tx: Tx, order_id: OrderId, body: OrderCancellationBody
) -> OrderCancellationView | Unfinished[RefundWork]:
    """Call an order off of which nothing was sent."""
    canceled, refund = await cancel_order(
        tx, order_id, reason=body.reason, restocks=body.restock, refunds=body.refund
    )
    if work := work_of(refund):
        return Unfinished(work)
    return _show(canceled, await order_by_id(tx, order_id), refund=refund)


def _show(
    canceled: Cancellation, whole: WholeOrder, *, refund: Refund | None
) -> OrderCancellationView:
    return OrderCancellationView(
        order=show_order(whole),
        refund=show_refund(refund) if refund else None,
        reason=canceled.reason,
        restocked=canceled.is_restocked,
        created_by=canceled.created_by,
        created_at=canceled.created_at,
    )


ENDPOINTS = (create_order_cancellation,)
