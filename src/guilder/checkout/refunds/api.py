"""The API of refunds of orders."""

import msgspec

from guilder.checkout.orders import OrderLineNotFound, OrderNotFound, PiecesNotLeft
from guilder.checkout.sessions import OrderId
from guilder.db import Tx
from guilder.http import Caller, Unfinished, get, post
from guilder.kernel import Problem
from guilder.payments import (
    MOVEMENT_PROBLEMS,
    GatewayDeclined,
    Gateways,
    RefundNotAllowed,
    transaction_by_id,
)

from .refund import RefundId, RefundStatus
from .refunds import (
    OrderWasFree,
    RefundNotFound,
    TooManyRefunds,
    refund_by_id,
    refund_order,
    refunds_of,
)
from .shares import RefundNotClear, RestockNotAllowed
from .views import OrderRefundBody, OrderRefundView, show
from .work import RefundWork, carry_out_refund, work_of

REFUND_PROBLEMS: tuple[type[Problem], ...] = (
    OrderWasFree,
    RefundNotAllowed,
    TooManyRefunds,
    PiecesNotLeft,
    *MOVEMENT_PROBLEMS,
)


class OrderRefunds(msgspec.Struct, frozen=True):
    """All refunds of an order, in their order."""

    data: list[OrderRefundView]


async def finish_order_refund(
    caller: Caller, work: RefundWork, gateways: Gateways
) -> OrderRefundView:
    """Ask the gateway, and answer what became of it; what it declined is a problem."""
    await carry_out_refund(caller, work, gateways)
    async with caller.transaction() as tx:
        refund = await refund_by_id(tx, work.order_id, work.refund_id)
        refused = await transaction_by_id(tx, work.attempt_ids[-1])
    if refund.status is RefundStatus.FAILED:
        raise GatewayDeclined(
            reason=refused.error_code or "declined", message=refused.error_message or ""
        )
    return show(refund)


@post(
    "/v1/orders/{order_id}/refunds",
    "orders:write",
    finish=finish_order_refund,
    problems=(
        OrderNotFound,
        OrderLineNotFound,
        RefundNotClear,
        RestockNotAllowed,
        *REFUND_PROBLEMS,
    ),
)
async def create_order_refund(
    tx: Tx, order_id: OrderId, body: OrderRefundBody
) -> OrderRefundView | Unfinished[RefundWork]:
    """Give back money of an order: an amount, pieces of lines, shipping, or all that is left.

    Pieces of a line cost their share of its total, so that all of them cost just that.
    While the gateway's answer is not known, the refund is `pending`.
    """
    refund = await refund_order(tx, order_id, body.asked())
    work = work_of(refund)
    return Unfinished(work) if work else show(refund)


@get("/v1/orders/{order_id}/refunds", "orders:read", problems=(OrderNotFound,))
async def list_order_refunds(tx: Tx, order_id: OrderId) -> OrderRefunds:
    """See every refund of an order."""
    return OrderRefunds([show(one) for one in await refunds_of(tx, order_id)])


@get("/v1/orders/{order_id}/refunds/{refund_id}", "orders:read", problems=(RefundNotFound,))
async def show_order_refund(tx: Tx, order_id: OrderId, refund_id: RefundId) -> OrderRefundView:
    """Look at one refund of an order."""
    return show(await refund_by_id(tx, order_id, refund_id))


ENDPOINTS = (create_order_refund, list_order_refunds, show_order_refund)
