"""An order is sent in one or several parcels, and never more than was bought."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from guilder.checkout.fulfilments.fulfilment import Tracking
from guilder.checkout.fulfilments.fulfilments import fulfil
from guilder.checkout.orders import NoPiecesLeft, OrderNotFound, PiecesNotLeft, WholeOrder
from guilder.kernel import IllegalMove
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.race import Verb, race
from tests.world import World


async def stands(shop: Shop, order: WholeOrder) -> str:
    return (await shop.look(order)).order.fulfilment_status.value


async def order_of_two(shop: Shop) -> WholeOrder:
    """Three vases and two bowls."""
    return await shop.paid_order((await shop.product(), 3), (await shop.product(), 2))


async def test_all_at_once(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    path = f"/v1/orders/{order.order.id}/fulfilments"

    sent = await api.post(path, json={"carrier": "PostNL", "tracking_number": "3SABCD"})

    assert sent.status_code == 201, sent.text
    assert [line["quantity"] for line in sent.json()["lines"]] == [3, 2]
    assert (sent.json()["status"], sent.json()["carrier"]) == ("shipped", "PostNL")
    assert await stands(shop, order) == "fulfilled"
    assert [line.fulfilled for line in (await shop.look(order)).lines] == [3, 2]
    assert (await api.get(path)).json() == {"data": [sent.json()]}
    assert await shop.facts(order.order.id) == ["order.placed", "order.fulfilled"]
    document = problem(await api.post(path, json={}), 409, "illegal_move")
    assert document["state"] == "fulfilled"


async def test_in_several_parcels(shop: Shop) -> None:
    order = await order_of_two(shop)

    await shop.fulfil(order, 2)
    assert await stands(shop, order) == "partially_fulfilled"
    await shop.fulfil(order, 1, 1)
    assert await stands(shop, order) == "partially_fulfilled"
    last = await shop.fulfil(order)

    assert [(line.line_id, line.quantity) for line in last.lines] == [(order.lines[1].id, 1)]
    assert await stands(shop, order) == "fulfilled"


async def test_never_more_than_was_bought(shop: Shop) -> None:
    order = await order_of_two(shop)
    await shop.fulfil(order, 2)

    with pytest.raises(PiecesNotLeft) as refused:
        await shop.fulfil(order, 2, 1)

    assert refused.value.details == {"line_id": order.lines[0].id, "left": 1}
    assert [line.fulfilled for line in (await shop.look(order)).lines] == [2, 0]


async def test_a_line_named_twice_is_counted_together(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    twice = [{"line_id": str(order.lines[0].id), "quantity": 2}] * 2

    refused = await api.post(f"/v1/orders/{order.order.id}/fulfilments", json={"lines": twice})

    assert problem(refused, 409, "pieces_not_left")["left"] == 3


async def test_a_line_of_another_order(shop: Shop, api: httpx.AsyncClient) -> None:
    order, another = await order_of_two(shop), await order_of_two(shop)
    stranger = {"lines": [{"line_id": str(another.lines[0].id), "quantity": 1}]}

    refused = await api.post(f"/v1/orders/{order.order.id}/fulfilments", json=stranger)

    problem(refused, 404, "order_line_not_found")


@pytest.mark.parametrize("counts", ["fulfilled = quantity + 1", "restocked = quantity"])
async def test_the_database_too_sends_no_more_than_was_bought(shop: Shop, counts: str) -> None:
    order = await order_of_two(shop)
    await shop.fulfil(order, 1)

    with pytest.raises(asyncpg.CheckViolationError):
        await shop.owner.execute(
            f"update checkout.order_line set {counts} where id = $1", order.lines[0].id
        )


async def test_how_it_is_followed_may_be_told_later(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    parcel = await shop.fulfil(order, carrier="PostNL")
    path = f"/v1/orders/{order.order.id}/fulfilments/{parcel.id}"

    told = await api.patch(path, json={"tracking_url": "https://post.example/1"})
    assert (told.json()["carrier"], told.json()["tracking_url"]) == (
        "PostNL",
        "https://post.example/1",
    )
    taken_away = await api.patch(path, json={"carrier": None})

    assert (taken_away.json()["carrier"], taken_away.status_code) == (None, 200)
    problem(await api.patch(path, json={"tracking_url": "ftp://x"}), 422, "invalid_request")


async def test_a_parcel_arrives_and_stays_there(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    parcel = await shop.fulfil(order)
    path = f"/v1/orders/{order.order.id}/fulfilments/{parcel.id}"

    arrived = (await api.post(f"{path}/deliveries", json={})).json()

    assert arrived["status"] == "delivered"
    assert arrived["ended_at"]
    assert arrived["ended_by"].startswith("api_key:")
    problem(await api.post(f"{path}/cancellations", json={}), 409, "illegal_move")
    problem(await api.post(f"{path}/deliveries", json={}), 409, "illegal_move")
    assert await shop.facts(order.order.id) == [
        "order.placed",
        "order.fulfilled",
        "order.fulfilment_changed",
    ]


async def test_what_is_called_back_is_to_be_sent_again(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    first, second = await shop.fulfil(order, 3), await shop.fulfil(order, 0, 2)
    path = f"/v1/orders/{order.order.id}/fulfilments"

    assert (await api.post(f"{path}/{first.id}/cancellations", json={})).status_code == 201
    assert await stands(shop, order) == "partially_fulfilled"
    assert (await api.post(f"{path}/{second.id}/cancellations", json={})).status_code == 201

    assert await stands(shop, order) == "unfulfilled"
    assert [line.quantity for line in (await shop.fulfil(order)).lines] == [3, 2]


async def test_what_comes_back_is_not_called_back(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await order_of_two(shop)
    parcel = await shop.fulfil(order)
    await shop.announce(order, 1)

    path = f"/v1/orders/{order.order.id}/fulfilments/{parcel.id}/cancellations"

    problem(await api.post(path, json={}), 409, "fulfilment_returned")
    assert await stands(shop, order) == "fulfilled"


async def test_what_was_put_back_on_the_shelf_is_not_sent(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product(), 1), (await shop.product(), 1))
    await shop.refund(order, 1, restocks=True)
    await shop.fulfil(order, 0, 1)

    with pytest.raises(IllegalMove):
        await shop.fulfil(order)


async def test_of_what_is_wholly_on_the_shelf_nothing_is_sent(shop: Shop) -> None:
    order = await shop.paid_order()
    await shop.refund(order, restocks=True)

    with pytest.raises(NoPiecesLeft):
        await shop.fulfil(order)


async def test_a_parcel_never_changes(shop: Shop) -> None:
    order = await order_of_two(shop)
    parcel = await shop.fulfil(order)

    for change in ("lines = '[]'", "created_by = 'me'", "status = 'returned'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with shop.world.tx() as tx:
                await tx.fetch(f"update checkout.fulfilment set {change} where id = $1", parcel.id)


async def test_a_parcel_of_another_tenant(shop: Shop, other: World) -> None:
    order = await order_of_two(shop)
    parcel = await shop.fulfil(order)

    with pytest.raises(OrderNotFound):
        await other.do(lambda tx: fulfil(tx, order.order.id, None, tracking=Tracking()))
    async with other.program("*") as program:
        path = f"/v1/orders/{order.order.id}/fulfilments"
        problem(await program.get(path), 404, "order_not_found")
        problem(await program.post(f"{path}/{parcel.id}/deliveries"), 404, "order_not_found")


async def test_of_two_who_send_the_same_pieces_one_does(shop: Shop) -> None:
    order = await order_of_two(shop)

    def sends(count: int) -> Verb:
        lines = shop.pieces(order, count)
        return lambda tx: fulfil(tx, order.order.id, lines, tracking=Tracking())

    first, second = await race(shop.world, sends(2), sends(2))

    assert first.status == "shipped"
    assert isinstance(second, PiecesNotLeft)
    assert (await shop.look(order)).lines[0].fulfilled == 2


async def test_many_who_send_at_once(shop: Shop, api: httpx.AsyncClient) -> None:
    order = await shop.paid_order((await shop.product(), 5))
    body: Any = {"lines": [{"line_id": str(order.lines[0].id), "quantity": 1}]}
    path = f"/v1/orders/{order.order.id}/fulfilments"

    answers = await asyncio.gather(*(api.post(path, json=body) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    assert await stands(shop, order) == "fulfilled"
