"""The API of returns: announced, received, rejected or canceled."""

import msgspec

from guilder.checkout.orders import OrderLineNotFound, OrderNotFound, PiecesNotLeft
from guilder.checkout.refunds import (
    RefundWork,
    TooManyRefunds,
    carry_out_refund,
    refund_by_id,
    work_of,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx
from guilder.http import Caller, Unfinished, get, post
from guilder.kernel import IllegalMove
from guilder.payments import MOVEMENT_PROBLEMS, Gateways, RefundNotAllowed

from .order_return import ReturnId, ReturnLife
from .returns import (
    ReturnNotFound,
    call_off,
    receive,
    request_return,
    return_by_id,
    returns_of,
)
from .views import ReceiptBody, ReceiptView, ReturnBody, ReturnView, show, show_receipt

ONE_PROBLEMS = (OrderNotFound, ReturnNotFound, IllegalMove)


class Returns(msgspec.Struct, frozen=True):
    """All returns of an order, in their order."""

    data: list[ReturnView]


class ReceiptWork(msgspec.Struct, frozen=True):
    """What is left to do for a return that came back: its refund."""

    return_id: ReturnId
    refund: RefundWork


async def finish_receipt(caller: Caller, work: ReceiptWork, gateways: Gateways) -> ReceiptView:
    """Ask the gateway. A refund that it declined has failed, and what came back is here."""
    await carry_out_refund(caller, work.refund, gateways)
    async with caller.transaction() as tx:
        received = await return_by_id(tx, work.refund.order_id, work.return_id)
        refund = await refund_by_id(tx, work.refund.order_id, work.refund.refund_id)
    return show_receipt(received, refund)


@post(
    "/v1/orders/{order_id}/returns",
    "orders:write",
    problems=(OrderNotFound, OrderLineNotFound, PiecesNotLeft),
)
async def create_return(tx: Tx, order_id: OrderId, body: ReturnBody) -> ReturnView:
    """Announce that pieces come back: at most those that were sent and are not back yet."""
    return show(await request_return(tx, order_id, body.lines, reason=body.reason))


@get("/v1/orders/{order_id}/returns", "orders:read", problems=(OrderNotFound,))
async def list_returns(tx: Tx, order_id: OrderId) -> Returns:
    """See every return of an order."""
    return Returns([show(one) for one in await returns_of(tx, order_id)])


@post(
    "/v1/orders/{order_id}/returns/{return_id}/receipts",
    "orders:write",
    finish=finish_receipt,
    problems=(*ONE_PROBLEMS, TooManyRefunds, RefundNotAllowed, *MOVEMENT_PROBLEMS),
)
async def receive_return(
    tx: Tx, order_id: OrderId, return_id: ReturnId, *, body: ReceiptBody
) -> ReceiptView | Unfinished[ReceiptWork]:
    """Note that pieces have come back, put them on the shelf, and give back what they cost.

    What was given back for them before is not given back again.
    """
    received, refund = await receive(
        tx, order_id, return_id, restocks=body.restock, refunds=body.refund
    )
    work = work_of(refund)
    return Unfinished(ReceiptWork(return_id, work)) if work else show_receipt(received, refund)


@post(
    "/v1/orders/{order_id}/returns/{return_id}/rejections",
    "orders:write",
    problems=ONE_PROBLEMS,
)
async def reject_return(tx: Tx, order_id: OrderId, return_id: ReturnId) -> ReturnView:
    """Refuse to take pieces back."""
    return show(await call_off(tx, order_id, return_id, move=ReturnLife.reject))


@post(
    "/v1/orders/{order_id}/returns/{return_id}/cancellations",
    "orders:write",
    problems=ONE_PROBLEMS,
)
async def cancel_return(tx: Tx, order_id: OrderId, return_id: ReturnId) -> ReturnView:
    """Note that the buyer keeps what they announced."""
    return show(await call_off(tx, order_id, return_id, move=ReturnLife.cancel))


ENDPOINTS = (create_return, list_returns, receive_return, reject_return, cancel_return)
