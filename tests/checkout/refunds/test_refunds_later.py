"""A gateway answers later, or declines, or somebody gives back elsewhere: the order follows."""

from collections.abc import AsyncIterator

import httpx
import pytest

from guilder import payments
from guilder.checkout.orders import WholeOrder
from guilder.checkout.refunds import RefundAsked, RefundStatus, refund_by_id, refund_order
from guilder.payments import RefundNotAllowed
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.payments.elsewhere import Elsewhere, at

S = RefundStatus
DECLINES, FAILS_LATER = "pm_card_refundFail", "pm_card_refundFailLater"
REPLY_LOST = "pm_card_timeoutAfterRefund"


@pytest.fixture(params=["stripe", "paypal"])
async def elsewhere(request: pytest.FixtureRequest, shop: Shop) -> AsyncIterator[Elsewhere]:
    async with at(request.param, shop.till) as opened:
        yield opened


async def paid(elsewhere: Elsewhere) -> tuple[Shop, WholeOrder]:
    """An order of two vases for 20.00 that was paid at another gateway, and its shop there."""
    shop = Shop(elsewhere.till.world, elsewhere.till.owner)
    vase = await shop.product("10.00", stock=5)
    method = elsewhere.counterpart.tokens["good"]
    return shop, await shop.paid_order((vase, 2), method=method, gateway=elsewhere.name)


async def money(shop: Shop, order: WholeOrder) -> tuple[str, int, int]:
    found = (await shop.look(order)).order
    return found.payment_status.value, found.refunded_minor, found.refunding_minor


async def test_a_refund_at_another_gateway(elsewhere: Elsewhere) -> None:
    shop, order = await paid(elsewhere)
    lines = shop.pieces(order, 1)

    async with shop.world.program("orders:write") as program:
        answer = await program.post(
            f"/v1/orders/{order.order.id}/refunds",
            json={"lines": [{"line_id": str(lines[0].line_id), "quantity": 1}], "restock": True},
        )

    assert answer.status_code == 201, answer.text
    assert (answer.json()["status"], answer.json()["amount"]) == ("succeeded", 1000)
    assert await money(shop, order) == ("partially_refunded", 1000, 0)
    await elsewhere.told(await shop.payment(order))
    assert await money(shop, order) == ("partially_refunded", 1000, 0)


async def test_until_it_is_answered_it_is_pending(elsewhere: Elsewhere) -> None:
    shop, order = await paid(elsewhere)
    asked = RefundAsked(lines=shop.pieces(order, 1), restocks=True)
    begun = await shop.world.do(lambda tx: refund_order(tx, order.order.id, asked))
    assert begun.status is S.PENDING
    assert await money(shop, order) == ("paid", 0, 1000)
    with pytest.raises(RefundNotAllowed) as refused:
        await shop.refund(order, minor=1001)
    assert refused.value.details == {"refundable": 1000, "currency": "EUR"}

    await elsewhere.till.carried_out(await shop.payment(order), begun.transaction_ids[0])

    assert await money(shop, order) == ("partially_refunded", 1000, 0)
    assert await shop.facts(order.order.id) == ["order.placed", "order.refunded"]


async def test_what_is_given_back_in_the_dashboard(elsewhere: Elsewhere) -> None:
    shop, order = await paid(elsewhere)
    payment = await shop.payment(order)

    await elsewhere.counterpart.refund_in_dashboard(payment.gateway_payment_intent_id, 500)
    await elsewhere.told(payment)

    assert await money(shop, order) == ("partially_refunded", 500, 0)
    assert (await shop.refund(order)).amount_minor == 1500
    assert await money(shop, order) == ("refunded", 2000, 0)


async def test_a_refund_that_fails_days_later_is_taken_back(elsewhere: Elsewhere) -> None:
    shop, order = await paid(elsewhere)
    refund = await shop.refund(order, 2)
    assert refund.status is S.SUCCEEDED
    (moved,) = [
        one
        for one in await shop.till.transactions(await shop.payment(order))
        if one.id == refund.transaction_ids[0]
    ]

    await elsewhere.counterpart.fail_refund(moved.gateway_reference)
    await elsewhere.told(await shop.payment(order))

    assert await money(shop, order) == ("paid", 0, 0)
    after = await shop.look(order)
    (line,) = after.lines
    assert (after.order.refunds, line.refunded, line.refunded_minor) == (0, 0, 0)
    found = await shop.world.do(lambda tx: refund_by_id(tx, order.order.id, refund.id))
    assert found.status is S.FAILED
    assert (await shop.refund(order)).ordinal == 2
    assert await money(shop, order) == ("refunded", 2000, 0)


async def test_a_refund_that_is_declined(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 2), method=DECLINES)

    path = f"/v1/orders/{order.order.id}/refunds"
    refused = await api.post(path, json={"restock": True})

    assert problem(refused, 402, "gateway_declined")["reason"] == "refund_failed"
    assert await money(shop, order) == ("paid", 0, 0)
    after = await shop.look(order)
    assert (after.order.refunds, after.lines[0].refunded, after.lines[0].restocked) == (0, 0, 0)
    assert (await shop.stock(vase)).on_hand == 3
    assert [one["status"] for one in (await api.get(path)).json()["data"]] == ["failed"]
    assert await shop.facts(order.order.id) == ["order.placed", "order.refund_failed"]
    assert [line.quantity for line in (await shop.fulfil(order)).lines] == [2]


async def test_the_sandbox_fails_later(shop: Shop) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 2), method=FAILS_LATER)
    await shop.refund(order, restocks=True)
    assert await money(shop, order) == ("refunded", 2000, 0)

    await shop.till.work()

    assert await money(shop, order) == ("paid", 0, 0)
    assert (await shop.stock(vase)).on_hand == 5, "what is on the shelf stays there"
    assert await shop.facts(order.order.id) == [
        "order.placed",
        "order.refunded",
        "order.refund_failed",
    ]


async def test_a_reply_that_was_lost(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 2), method=REPLY_LOST)

    path = f"/v1/orders/{order.order.id}/refunds"
    begun = (await api.post(path, json={"restock": True})).json()

    assert (begun["status"], begun["amount"]) == ("pending", 2000)
    assert await money(shop, order) == ("paid", 0, 2000)
    assert (await shop.stock(vase)).on_hand == 3
    await shop.till.work(later=True)
    assert (await api.get(f"{path}/{begun['id']}")).json()["status"] == "succeeded"
    assert await money(shop, order) == ("refunded", 2000, 0)
    assert (await shop.stock(vase)).on_hand == 5, "once, whoever tells of it"


async def test_a_refund_at_the_payment_itself(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))

    given = await api.post(f"/v1/payments/{order.order.payment_id}/refunds", json={"amount": 700})

    assert given.status_code == 201
    assert await money(shop, order) == ("partially_refunded", 700, 0)
    assert (await shop.refund(order)).amount_minor == 1300
    assert await money(shop, order) == ("refunded", 2000, 0)
    assert await shop.facts(order.order.id) == ["order.placed", "order.refunded", "order.refunded"]


async def test_one_at_the_payment_that_is_underway_counts(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2), method=REPLY_LOST)
    payment = await shop.payment(order)
    await shop.till.refund(payment, "15.00")

    with pytest.raises(RefundNotAllowed) as refused:
        await shop.refund(order, minor=501)

    assert refused.value.details == {"refundable": 500, "currency": "EUR"}
    await shop.till.work(later=True)
    assert await money(shop, order) == ("partially_refunded", 1500, 0)


async def test_a_companion_that_was_hindered_is_made_up_for(shop: Shop) -> None:
    """The relay brings the fact again; the order goes to where its payment is by then."""
    order = await shop.paid_order((await shop.product("10.00"), 2))
    payment, hooks = await shop.payment(order), shop.world.pool.before_commit
    every, hooks[:] = list(hooks), hooks[-1:]
    try:
        await shop.world.do(lambda tx: payments.refund(tx, payment.id, 700, reason=None))
    finally:
        hooks[:] = every
    assert await money(shop, order) == ("paid", 0, 0)

    await shop.facts(order.order.id)

    assert await money(shop, order) == ("partially_refunded", 700, 0)


async def test_a_payment_of_another_order_of_the_tenant_s_own(shop: Shop) -> None:
    """Its order id may be anything."""
    payment = await shop.till.paid("20.00", order_id="4711")

    (refund,) = await shop.till.refund(payment)

    assert refund.status == "succeeded"
