"""An order's story is told in words, from what is written down."""

import httpx

from guilder.checkout.orders import WholeOrder
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World


async def told(api: httpx.AsyncClient, order: WholeOrder) -> list[str]:
    answer = await api.get(f"/v1/orders/{order.order.id}/timeline")
    assert answer.status_code == 200, answer.text
    moments = answer.json()["data"]
    assert all(moment["actor"] and moment["at"] for moment in moments)
    return [moment["text"] for moment in moments]


async def test_from_the_sale_to_the_return(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 3))
    path = f"/v1/orders/{order.order.id}"
    await shop.refund(order, 1, reason="scratched")
    parcel = await shop.fulfil(order, carrier="PostNL", tracking_number="3SABCD")
    await api.post(f"{path}/fulfilments/{parcel.id}/deliveries", json={})
    announced = await shop.announce(order, 1)
    await api.post(f"{path}/returns/{announced.id}/rejections", json={})
    announced = await shop.announce(order, 2)
    await api.post(f"{path}/returns/{announced.id}/receipts", json={"refund": False})

    assert await told(api, order) == [
        f"Order {order.order.number} of 30.00 EUR was placed.",
        "A refund of 10.00 EUR was asked for (scratched).",
        "10.00 EUR was given back.",
        "3 pieces went out (PostNL 3SABCD).",
        "3 pieces arrived (PostNL 3SABCD).",
        "The return of 1 piece was announced (too small).",
        "The return of 1 piece was rejected.",
        "The return of 2 pieces was announced (too small).",
        "2 pieces came back.",
    ]


async def test_called_back_and_canceled(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2), method="pm_card_refundFail")
    path = f"/v1/orders/{order.order.id}"
    parcel = await shop.fulfil(order, 1)
    await api.post(f"{path}/fulfilments/{parcel.id}/cancellations", json={})
    await api.post(f"{path}/cancellations", json={"reason": "late"})

    story = await told(api, order)

    assert story[1:3] == ["1 piece went out.", "The parcel with 1 piece was called back."]
    assert sorted(story[3:]) == [
        "20.00 EUR was not given back: The card takes nothing back. (refund_failed)",
        "A refund of 20.00 EUR was asked for (late).",
        "The order was canceled (late).",
    ]


async def test_what_was_given_back_at_the_payment(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))
    await api.post(f"/v1/payments/{order.order.payment_id}/refunds", json={"amount": 700})

    assert (await told(api, order))[1:] == ["7.00 EUR was given back."]


async def test_a_return_that_stays_with_its_buyer(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))
    await shop.fulfil(order)
    announced = await shop.announce(order, 1)
    await api.post(f"/v1/orders/{order.order.id}/returns/{announced.id}/cancellations", json={})

    assert (await told(api, order))[-1] == "The return of 1 piece was canceled."


async def test_a_story_of_another_tenant(shop: Shop, other: World) -> None:
    order = await shop.paid_order()

    async with other.program("*") as program:
        answer = await program.get(f"/v1/orders/{order.order.id}/timeline")

    problem(answer, 404, "order_not_found")
