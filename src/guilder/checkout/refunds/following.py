"""Following: an order's money stands as its payment's does, whoever moved it.

Its refunds come to their end with their movements at the gateway. What was given back at the
payment itself, or in the gateway's dashboard, is counted as well.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from guilder import catalog, payments
from guilder.checkout.orders import (
    LineChange,
    Order,
    OrderLineId,
    OrderPaymentLife,
    OrderPaymentStatus,
    OrderRefunded,
    OrderRefundFailed,
    WholeOrder,
    change_order,
    goods_of,
)
from guilder.checkout.sessions import OrderId
from guilder.db import Tx, sql
from guilder.kernel import TenantId
from guilder.payments import AttemptId, Payment, TransactionStatus

from .refund import Refund, RefundId, RefundLife, RefundStatus


async def follow(tx: Tx, whole: WholeOrder, payment: Payment) -> WholeOrder:
    """Bring an order to where its payment is; both are held. Again: nothing."""
    order = whole.order
    refunds = await refunds_of_order(tx, tenant_id=tx.tenant_id, order_id=order.id)
    moved = await _movements(tx, payment) if refunds else {}
    ended = [(one, status) for one in refunds if (status := _status(one, moved)) is not one.status]
    await _end(tx, ended)
    failed = [one for one, status in ended if status is RefundStatus.FAILED]
    is_kept = await _is_promise_kept(tx, order, ended)
    changes = [change for one in failed for change in _taken_back(one, is_kept=is_kept)]
    now_there = replace(
        order,
        payment_status=_stands(order, payment),
        refunded_minor=payment.refunded_minor,
        refunding_minor=payment.refunding_minor,
        refunds=order.refunds - len(failed),
    )
    if now_there == order and not ended:
        return whole
    changed = await change_order(tx, replace(whole, order=now_there), changes)
    succeeded = [one for one, status in ended if status is RefundStatus.SUCCEEDED]
    if not is_kept:
        await _restock(tx, changed, succeeded)
    if succeeded or payment.refunded_minor > order.refunded_minor:
        tx.emit(OrderRefunded.of(changed))
    if failed or payment.refunded_minor < order.refunded_minor:
        tx.emit(OrderRefundFailed.of(changed))
    return changed


async def _movements(tx: Tx, payment: Payment) -> dict[AttemptId, TransactionStatus]:
    found = await payments.transactions_of(tx, tenant_id=tx.tenant_id, payment_id=payment.id)
    return {one.id: one.status for one in found}


def _status(refund: Refund, moved: dict[AttemptId, TransactionStatus]) -> RefundStatus:
    """It has failed if nothing of it went back, and is at its end when each of its parts is."""
    parts = [moved[attempt_id] for attempt_id in refund.transaction_ids]
    if not parts or TransactionStatus.OPEN in parts or TransactionStatus.WAITING in parts:
        return refund.status
    is_done = TransactionStatus.SUCCEEDED in parts
    return RefundStatus.SUCCEEDED if is_done else RefundStatus.FAILED


def _stands(order: Order, payment: Payment) -> OrderPaymentStatus:
    before, refunded = order.payment_status, payment.refunded_minor
    if refunded == order.total_minor:
        after = OrderPaymentStatus.REFUNDED
    elif refunded:
        after = OrderPaymentStatus.PARTIALLY_REFUNDED
    else:
        after = OrderPaymentStatus.PAID
    if after is before:
        return before
    (move,) = (one for one in OrderPaymentLife.moves if one.target is after)
    return OrderPaymentStatus(move(before))


async def _end(tx: Tx, ended: Sequence[tuple[Refund, RefundStatus]]) -> None:
    if not ended:
        return
    moves = {RefundStatus.SUCCEEDED: RefundLife.succeed, RefundStatus.FAILED: RefundLife.fail}
    await end_refunds(
        tx,
        tenant_id=tx.tenant_id,
        ids=[one.id for one, _ in ended],
        statuses=[moves[status](one.status) for one, status in ended],
    )


async def promised_pieces(tx: Tx, order: Order) -> dict[OrderLineId, int]:
    """How many of which lines go back on the shelf as soon as pending refunds have succeeded."""
    promised: dict[OrderLineId, int] = {}
    for one in await refunds_of_order(tx, tenant_id=tx.tenant_id, order_id=order.id):
        if one.status is RefundStatus.PENDING:
            for line in one.lines:
                promised[line.line_id] = promised.get(line.line_id, 0) + line.restocked
    return promised


async def _is_promise_kept(
    tx: Tx, order: Order, ended: Sequence[tuple[Refund, RefundStatus]]
) -> bool:
    """Whether the order's cancellation has put what these promised on the shelf already."""
    is_promised = any(line.restocked for one, _ in ended for line in one.lines)
    if order.canceled_at is None or not is_promised:
        return False
    return bool(await has_restocked(tx, tenant_id=tx.tenant_id, order_id=order.id))


def _taken_back(refund: Refund, *, is_kept: bool) -> list[LineChange]:
    """Its pieces may be refunded again. What is back on the shelf by then stays there."""
    is_on_shelf = is_kept or refund.status is RefundStatus.SUCCEEDED
    return [
        LineChange(
            line_id=line.line_id,
            refunded=-line.quantity,
            refunded_minor=-line.amount_minor,
            restocked=0 if is_on_shelf else -line.restocked,
        )
        for line in refund.lines
    ]


async def _restock(tx: Tx, whole: WholeOrder, refunds: Sequence[Refund]) -> None:
    lines = {line.id: line for line in whole.lines}
    back = [(lines[each.line_id], each.restocked) for one in refunds for each in one.lines]
    if goods := goods_of(back):
        await catalog.restock(tx, goods, reference=f"order {whole.order.number}")


@sql
async def refunds_of_order(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> list[Refund]: ...


@sql
async def has_restocked(tx: Tx, *, tenant_id: TenantId, order_id: OrderId) -> bool | None: ...


@sql
async def end_refunds(
    tx: Tx, *, tenant_id: TenantId, ids: list[RefundId], statuses: list[RefundStatus]
) -> None: ...
