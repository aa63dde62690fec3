"""Two who give money of one order back at once: the sum and the number hold."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder import payments
from guilder.checkout.orders import PiecesNotLeft
from guilder.checkout.refunds import Refund, RefundAsked, TooManyRefunds, refund_order
from guilder.db import Tx
from guilder.payments import RefundNotAllowed
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.race import Verb, race


def asks(order: Any, **asked: Any) -> Verb:
    return lambda tx: refund_order(tx, order.order.id, RefundAsked(**asked))


async def test_amounts_sum_to_no_more_than_the_total(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))

    first, second = await race(
        shop.world, asks(order, amount_minor=1500), asks(order, amount_minor=1500)
    )

    assert isinstance(first, Refund)
    assert isinstance(second, RefundNotAllowed)
    assert (await shop.look(order)).order.refunded_minor == 1500


async def test_all_that_is_left_is_left_to_one(shop: Shop) -> None:
    order = await shop.paid_order()

    _, second = await race(shop.world, asks(order), asks(order))

    assert isinstance(second, RefundNotAllowed)


async def test_a_piece_is_refunded_once(shop: Shop) -> None:
    cheap, dear = await shop.product("10.00"), await shop.product("90.00")
    order = await shop.paid_order((cheap, 1), (dear, 1))
    lines = shop.pieces(order, 1)

    _, second = await race(shop.world, asks(order, lines=lines), asks(order, lines=lines))

    assert isinstance(second, PiecesNotLeft)


async def test_the_last_allowed_refund_is_given_once(shop: Shop) -> None:
    await shop.sells_by(max_refunds=1)
    order = await shop.paid_order()

    _, second = await race(shop.world, asks(order, amount_minor=1), asks(order, amount_minor=1))

    assert isinstance(second, TooManyRefunds)
    assert (await shop.look(order)).order.refunds == 1


@pytest.mark.parametrize("is_order_first", [True, False])
async def test_one_at_the_order_and_one_at_its_payment(shop: Shop, is_order_first: bool) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))
    payment_id = order.order.payment_id
    assert payment_id is not None

    def directly(tx: Tx) -> Any:
        return payments.refund(tx, payment_id, 1500, reason=None)

    pair = (asks(order, amount_minor=1500), directly)
    _, second = await race(shop.world, *(pair if is_order_first else pair[::-1]))

    assert isinstance(second, RefundNotAllowed)
    found = (await shop.look(order)).order
    assert (found.refunded_minor, found.payment_status) == (1500, "partially_refunded")


async def test_sixteen_at_once_over_http(shop: Shop, api: httpx.AsyncClient) -> None:
    await shop.sells_by(max_refunds=5)
    order = await shop.paid_order((await shop.product("10.00"), 20))
    path = f"/v1/orders/{order.order.id}/refunds"
    body = {"lines": [{"line_id": str(order.lines[0].id), "quantity": 3}]}

    answers = await asyncio.gather(*(api.post(path, json=body) for _ in range(16)))

    done = [answer for answer in answers if answer.status_code == 201]
    assert len(done) == 5
    for answer in answers:
        if answer not in done:
            problem(answer, 409, "too_many_refunds")
    after = await shop.look(order)
    assert (after.order.refunded_minor, after.lines[0].refunded) == (15000, 15)
    assert after.order.refunds == 5


async def test_every_order_and_payment_agree_after_a_storm(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Refunds of the order, of the payment and of pieces, all at once: no deadlock, and it sums."""
    order = await shop.paid_order((await shop.product("10.00"), 10))
    bodies = [{"amount": 700}, {"lines": [{"line_id": str(order.lines[0].id), "quantity": 1}]}]
    at_order = f"/v1/orders/{order.order.id}/refunds"
    at_payment = f"/v1/payments/{order.order.payment_id}/refunds"

    answers = await asyncio.gather(
        *(api.post(at_order, json=body) for body in bodies for _ in range(6)),
        *(api.post(at_payment, json={"amount": 300}) for _ in range(6)),
    )

    assert {answer.status_code for answer in answers} <= {201, 409}
    found, payment = (await shop.look(order)).order, await shop.payment(order)
    assert (found.refunded_minor, found.refunding_minor) == (payment.refunded_minor, 0)
    assert found.refunded_minor <= 10000
