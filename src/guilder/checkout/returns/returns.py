"""Returns: what was sent comes back, never more than that, and may be refunded with it."""

from collections.abc import Sequence

from guilder import catalog
from guilder.checkout.orders import (
    LineChange,
    OrderLine,
    OrderReturned,
    Pieces,
    WholeOrder,
    change_order,
    chosen,
    goods_of,
    held_order,
    held_with_payment,
    order_by_id,
    pieces_of,
)
from guilder.checkout.refunds import Refund, RefundAsked, RefundId, give_back, share
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import Move, Problem, TenantId
from guilder.payments import Payment

from .order_return import Return, ReturnId, ReturnLife, ReturnStatus


class ReturnNotFound(Problem, status=404):
    """This order has no such return."""


async def request_return(
    tx: Tx, order_id: OrderId, pieces: Sequence[Pieces], *, reason: str | None
) -> Return:
    """Announce that pieces come back, which the buyer has and nobody announced before."""
    whole = await held_order(tx, order_id)
    coming = chosen(whole.lines, pieces, left=_returnable)
    written = await insert_return(
        tx,
        order_id=order_id,
        lines=pieces_of(coming),
        reason=reason,
        created_by=str(tx.actor or ""),
    )
    changes = [LineChange(line_id=line.id, awaited=quantity) for line, quantity in coming]
    await change_order(tx, whole, changes)
    return written


async def receive(
    tx: Tx, order_id: OrderId, return_id: ReturnId, *, restocks: bool, refunds: bool
) -> tuple[Return, Refund | None]:
    """Pieces have come back: put them on the shelf, and give back what they cost, where wanted."""
    whole, payment = await held_with_payment(tx, order_id)
    announced = await return_by_id(tx, order_id, return_id)
    ReturnLife.receive(announced.status)
    whole = await change_order(
        tx,
        whole,
        [
            LineChange(line_id=one.line_id, awaited=-one.quantity, returned=one.quantity)
            for one in announced.lines
        ],
    )
    if restocks:
        await _restock(tx, whole, announced.lines)
    refund = await _refund(tx, whole, payment, announced=announced) if refunds else None
    tx.emit(OrderReturned.of(await order_by_id(tx, order_id) if refund else whole))
    ended = await _end(
        tx,
        announced,
        ReturnLife.receive,
        is_restocked=restocks,
        refund_id=refund.id if refund else None,
    )
    return ended, refund


async def call_off(
    tx: Tx, order_id: OrderId, return_id: ReturnId, *, move: Move[ReturnStatus]
) -> Return:
    """What was announced does not come back after all: it was rejected, or canceled."""
    whole = await held_order(tx, order_id)
    ended = await _end(tx, await return_by_id(tx, order_id, return_id), move)
    changes = [LineChange(line_id=one.line_id, awaited=-one.quantity) for one in ended.lines]
    await change_order(tx, whole, changes)
    return ended


async def return_by_id(tx: Tx, order_id: OrderId, return_id: ReturnId) -> Return:
    """One return of an order."""
    found = await find_return(tx, tenant_id=tx.tenant_id, order_id=order_id, return_id=return_id)
    if found is None:
        raise ReturnNotFound
    return found


async def returns_of(tx: Tx, order_id: OrderId) -> list[Return]:
    """All returns of an order, in their order."""
    await order_by_id(tx, order_id)
    return await returns_of_order(tx, tenant_id=tx.tenant_id, order_id=order_id)


def _returnable(line: OrderLine) -> int:
    return line.returnable


async def _restock(tx: Tx, whole: WholeOrder, pieces: Sequence[Pieces]) -> None:
    lines = {line.id: line for line in whole.lines}
    goods = goods_of([(lines[one.line_id], one.quantity) for one in pieces])
    await catalog.restock(tx, goods, reference=f"order {whole.order.number}")


async def _refund(
    tx: Tx, whole: WholeOrder, payment: Payment | None, *, announced: Return
) -> Refund | None:
    """Give back what the pieces cost, where that was not done before and something is left."""
    if payment is None or payment.refundable_minor <= 0:
        return None
    lines = {line.id: line for line in whole.lines}
    coming = [(lines[one.line_id], one.quantity) for one in announced.lines]
    owed = [(line, min(count, line.quantity - line.refunded)) for line, count in coming]
    owed = [(line, count) for line, count in owed if count]
    if not sum(share(line, count) for line, count in owed):
        return None
    asked = RefundAsked(lines=pieces_of(owed), reason=announced.reason)
    return await give_back(tx, whole, payment, asked=asked, is_capped=True)


async def _end(
    tx: Tx,
    announced: Return,
    move: Move[ReturnStatus],
    *,
    is_restocked: bool | None = None,
    refund_id: RefundId | None = None,
) -> Return:
    return await end_return(
        tx,
        tenant_id=tx.tenant_id,
        return_id=announced.id,
        status=move(announced.status),
        is_restocked=is_restocked,
        refund_id=refund_id,
        ended_by=str(tx.actor or ""),
    )


@sql
async def insert_return(
    tx: Tx, *, order_id: OrderId, lines: list[Pieces], reason: str | None, created_by: str
) -> Return: ...


@sql
async def end_return(
    tx: Tx,
    *,
    tenant_id: TenantId,
    return_id: ReturnId,
    status: ReturnStatus,
    is_restocked: bool | None,
    refund_id: RefundId | None,
    ended_by: str,
) -> Return: ...


@sql
async def find_return(
    tx: Tx, *, tenant_id: TenantId, order_id: OrderId, return_id: ReturnId
) -> Return | None: ...


@sql
async def returns_of_order(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> list[Return]: ...
