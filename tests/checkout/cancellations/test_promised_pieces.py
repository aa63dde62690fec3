"""Pieces that a pending refund has promised to the shelf get there once, or not at all."""

import pytest

from guilder.checkout.cancellations.cancellations import cancel_order
from guilder.checkout.orders import WholeOrder
from guilder.checkout.refunds import Refund, RefundAsked, RefundStatus, refund_by_id, refund_order
from tests.checkout.shop import Product, Shop

REPLY_LOST, FAILS_LATER = "pm_card_timeoutAfterRefund", "pm_card_refundFailLater"
F, S = RefundStatus.FAILED, RefundStatus.SUCCEEDED
DECLINED_AT_THE_SANDBOX = """
    with done as (
        delete from payments.sandbox_movement
        where tenant_id = $1 and kind = 'refund' and id = any($2::uuid[])
        returning *
    )
    insert into payments.sandbox_movement (
        tenant_id, id, intent, kind, status, amount_minor, currency, code
    )
    select tenant_id, id, intent, kind, 'declined', amount_minor, currency, 'refund_failed'
    from done
"""


async def promised(shop: Shop) -> tuple[Product, WholeOrder, Refund]:
    """An order of three vases of five; one goes back on the shelf once the gateway has answered."""
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3), method=REPLY_LOST)
    asked = RefundAsked(lines=shop.pieces(order, 1), restocks=True)
    begun = await shop.world.do(lambda tx: refund_order(tx, order.order.id, asked))
    assert begun.status is RefundStatus.PENDING
    assert await on_hand(shop, vase) == 2
    return vase, order, begun


async def cancel(shop: Shop, order: WholeOrder, *, restocks: bool, refunds: bool = False) -> None:
    await shop.world.do(
        lambda tx: cancel_order(tx, order.order.id, reason=None, restocks=restocks, refunds=refunds)
    )


async def answered(
    shop: Shop, order: WholeOrder, begun: Refund, outcome: RefundStatus = F
) -> RefundStatus:
    """The gateway says what became of a refund, and says it again."""
    ids = begun.transaction_ids
    if begun.status is RefundStatus.PENDING:
        await shop.till.carried_out(await shop.payment(order), ids[0])
    if outcome is F:
        await shop.owner.execute(DECLINED_AT_THE_SANDBOX, shop.world.tenant_id, ids)
    await shop.till.work(later=True)
    await shop.facts(order.order.id)
    found = await shop.world.do(lambda tx: refund_by_id(tx, order.order.id, begun.id))
    return found.status


async def on_hand(shop: Shop, vase: Product) -> int:
    return (await shop.stock(vase)).on_hand


@pytest.mark.parametrize(
    ("outcome", "restocks", "at_once", "in_the_end"),
    [(F, True, 5, 5), (F, False, 2, 2), (S, True, 5, 5), (S, False, 2, 3)],
)
async def test_a_cancellation_between_the_promise_and_the_answer(
    shop: Shop, *, outcome: RefundStatus, restocks: bool, at_once: int, in_the_end: int
) -> None:
    """A cancellation that restocks keeps the promise; one that does not leaves it to the refund."""
    vase, order, begun = await promised(shop)

    await cancel(shop, order, restocks=restocks)
    assert await on_hand(shop, vase) == at_once

    assert await answered(shop, order, begun, outcome) is outcome
    assert await on_hand(shop, vase) == in_the_end
    (line,) = (await shop.look(order)).lines
    assert line.restocked == in_the_end - 2


async def test_what_the_cancellation_gives_back_itself_promises_nothing(shop: Shop) -> None:
    vase, order, begun = await promised(shop)

    await cancel(shop, order, restocks=True, refunds=True)

    assert await answered(shop, order, begun) is F
    assert await on_hand(shop, vase) == 5


async def test_what_was_put_back_by_a_refund_is_not_put_back_again(shop: Shop) -> None:
    """The money came back to us when the pieces were on the shelf, and the order was canceled."""
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3), method=FAILS_LATER)
    given = await shop.refund(order, 1, restocks=True)
    assert await on_hand(shop, vase) == 3

    await cancel(shop, order, restocks=True)

    assert await answered(shop, order, given) is F
    assert await on_hand(shop, vase) == 5


async def test_after_a_cancellation_a_refund_puts_back_what_that_left(shop: Shop) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3))

    await cancel(shop, order, restocks=False)
    await shop.refund(order, 2, restocks=True)

    assert await on_hand(shop, vase) == 4
