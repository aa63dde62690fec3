"""An order of which nothing was sent is called off: the money goes back, and so do the goods."""

from typing import Any

import httpx
import pytest

from guilder.checkout.cancellations.cancellations import cancel_order
from guilder.checkout.fulfilments.fulfilment import Fulfilment, Tracking
from guilder.checkout.fulfilments.fulfilments import fulfil
from guilder.checkout.orders import OrderNotFound, WholeOrder
from guilder.kernel import IllegalMove
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.payments.elsewhere import at
from tests.race import Verb, race
from tests.world import World


def path(order: WholeOrder) -> str:
    return f"/v1/orders/{order.order.id}/cancellations"


def cancels(order: WholeOrder, *, refunds: bool = True) -> Verb:
    return lambda tx: cancel_order(
        tx, order.order.id, reason="late", restocks=True, refunds=refunds
    )


async def test_all_goes_back(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 2))

    canceled = await api.post(path(order), json={"reason": "changed their mind"})

    assert canceled.status_code == 201, canceled.text
    document = canceled.json()
    assert (document["order"]["status"], document["order"]["payment_status"]) == (
        "canceled",
        "refunded",
    )
    assert (document["refund"]["amount"], document["restocked"]) == (2000, True)
    assert document["order"]["canceled_at"]
    assert [line["restocked"] for line in document["order"]["lines"]] == [2]
    assert (await shop.stock(vase)).on_hand == 5
    assert await shop.facts(order.order.id) == [
        "order.placed",
        "order.refunded",
        "order.canceled",
    ]
    problem(await api.post(path(order), json={}), 409, "illegal_move")
    sending = await api.post(f"/v1/orders/{order.order.id}/fulfilments", json={})
    problem(sending, 409, "illegal_move")


async def test_what_is_left_goes_back(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3))
    await shop.refund(order, 1, restocks=True)

    document = (await api.post(path(order), json={})).json()

    assert document["refund"]["amount"] == 2000
    assert (await shop.stock(vase)).on_hand == 5


async def test_money_and_goods_may_stay(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3))

    document = (await api.post(path(order), json={"restock": False, "refund": False})).json()

    assert (document["refund"], document["restocked"]) == (None, False)
    assert document["order"]["payment_status"] == "paid"
    assert (await shop.stock(vase)).on_hand == 2
    assert (await shop.refund(order)).amount_minor == 3000


async def test_what_was_free_is_canceled_too(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("0.00"), 1), method=None)

    document = (await api.post(path(order), json={})).json()

    assert (document["order"]["status"], document["refund"]) == ("canceled", None)


async def test_what_is_on_its_way_is_not_canceled(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product(), 2))
    parcel = await shop.fulfil(order, 1)
    assert problem(await api.post(path(order), json={}), 409, "illegal_move")["state"] == (
        "partially_fulfilled"
    )

    await api.post(f"/v1/orders/{order.order.id}/fulfilments/{parcel.id}/cancellations", json={})

    assert (await api.post(path(order), json={})).status_code == 201


async def test_its_refund_is_declined_and_it_is_canceled(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    order = await shop.paid_order(method="pm_card_refundFail")

    document = (await api.post(path(order), json={})).json()

    assert (document["order"]["status"], document["refund"]["status"]) == ("canceled", "failed")
    assert document["order"]["amount_refunding"] == 0


async def test_at_another_gateway(shop: Shop) -> None:
    async with at("stripe", shop.till) as elsewhere:
        there = Shop(elsewhere.till.world, shop.owner)
        method = elsewhere.counterpart.tokens["good"]
        order = await there.paid_order(method=method, gateway="stripe")

        async with there.world.program("orders:write") as program:
            document = (await program.post(path(order), json={})).json()

    assert (document["order"]["payment_status"], document["refund"]["status"]) == (
        "refunded",
        "succeeded",
    )


async def test_of_two_who_cancel_one_does(shop: Shop) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 2))

    _, second = await race(shop.world, cancels(order), cancels(order))

    assert isinstance(second, IllegalMove)
    assert (await shop.stock(vase)).on_hand == 5


@pytest.mark.parametrize("is_canceled_first", [True, False])
async def test_nothing_is_both_sent_and_canceled(shop: Shop, is_canceled_first: bool) -> None:
    order = await shop.paid_order()

    def sends(tx: Any) -> Any:
        return fulfil(tx, order.order.id, None, tracking=Tracking())

    pair = (cancels(order), sends) if is_canceled_first else (sends, cancels(order))
    first, second = await race(shop.world, *pair)

    assert isinstance(first, Fulfilment) is not is_canceled_first
    assert isinstance(second, IllegalMove)


async def test_an_order_of_another_tenant(shop: Shop, other: World) -> None:
    order = await shop.paid_order()

    with pytest.raises(OrderNotFound):
        await other.do(cancels(order))


async def test_who_may_only_read_cancels_nothing(shop: Shop) -> None:
    order = await shop.paid_order()

    async with shop.world.program("orders:read") as reader:
        refused = [
            await reader.post(f"/v1/orders/{order.order.id}/{what}", json={"lines": []})
            for what in ("cancellations", "refunds", "fulfilments", "returns")
        ]

    assert [answer.status_code for answer in refused] == [403] * 4
