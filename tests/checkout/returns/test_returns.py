"""What was sent comes back, never more than that, and is refunded once."""

import asyncio
from typing import Any

import asyncpg
import httpx
import pytest

from guilder.checkout.orders import OrderNotFound, PiecesNotLeft, WholeOrder
from guilder.checkout.returns import Return, request_return
from guilder.checkout.returns.returns import receive
from guilder.kernel import IllegalMove
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.race import Verb, race
from tests.world import World


async def stands(shop: Shop, order: WholeOrder) -> str:
    return (await shop.look(order)).order.fulfilment_status.value


def path(order: WholeOrder, announced: Any = None, what: str = "") -> str:
    return f"/v1/orders/{order.order.id}/returns" + (f"/{announced}/{what}" if announced else "")


async def sent(shop: Shop, count: int = 3, **further: Any) -> tuple[WholeOrder, Any]:
    """An order of vases that are with the buyer; five more are on the shelf."""
    vase = await shop.product("10.00", stock=5 + count)
    order = await shop.paid_order((vase, count), **further)
    await shop.fulfil(order)
    return order, vase


async def test_a_return_from_its_beginning_to_its_end(shop: Shop, api: httpx.AsyncClient) -> None:
    order, vase = await sent(shop)
    lines = [{"line_id": str(order.lines[0].id), "quantity": 2}]

    announced = await api.post(path(order), json={"lines": lines, "reason": "too small"})
    assert announced.status_code == 201, announced.text
    assert (announced.json()["status"], announced.json()["lines"]) == ("requested", lines)
    assert await stands(shop, order) == "fulfilled"
    (line,) = (await api.get(f"/v1/orders/{order.order.id}")).json()["lines"]
    assert (line["fulfilled"], line["awaited"], line["returned"]) == (3, 2, 0)

    received = await api.post(path(order, announced.json()["id"], "receipts"), json={})

    assert received.status_code == 201, received.text
    document = received.json()
    assert (document["status"], document["restocked"]) == ("received", True)
    assert (document["refund"]["amount"], document["refund"]["status"]) == (2000, "succeeded")
    assert document["refund_id"] == document["refund"]["id"]
    assert (await shop.stock(vase)).on_hand == 7
    after = await shop.look(order)
    assert (after.order.fulfilment_status, after.order.payment_status) == (
        "partially_returned",
        "partially_refunded",
    )
    assert (after.lines[0].returned, after.lines[0].awaited) == (2, 0)
    (listed,) = (await api.get(path(order))).json()["data"]
    assert listed == {name: document[name] for name in listed}
    assert (await shop.facts(order.order.id))[-1] == "order.returned"


async def test_all_of_it(shop: Shop) -> None:
    order, _ = await sent(shop)

    for _ in range(3):
        announced = await shop.announce(order, 1)
        await shop.world.do(
            lambda tx, one=announced: receive(  # type: ignore[misc]
                tx, order.order.id, one.id, restocks=False, refunds=True
            )
        )

    after = (await shop.look(order)).order
    assert (after.fulfilment_status, after.payment_status) == ("returned", "refunded")


async def test_without_refund_and_shelf(shop: Shop, api: httpx.AsyncClient) -> None:
    order, vase = await sent(shop)
    announced = await shop.announce(order, 1)

    body = {"restock": False, "refund": False}
    received = await api.post(path(order, announced.id, "receipts"), json=body)

    assert (received.json()["refund"], received.json()["restocked"]) == (None, False)
    assert (await shop.stock(vase)).on_hand == 5
    assert (await shop.look(order)).order.refunded_minor == 0


async def test_what_was_given_back_before_is_not_again(shop: Shop, api: httpx.AsyncClient) -> None:
    order, _ = await sent(shop)
    await shop.refund(order, 2)
    await shop.refund(order, minor=700)
    announced = await shop.announce(order, 3)

    received = (await api.post(path(order, announced.id, "receipts"), json={})).json()

    assert [line["quantity"] for line in received["refund"]["lines"]] == [1]
    assert received["refund"]["amount"] == 300, "no more than is left"
    assert (await shop.look(order)).order.payment_status == "refunded"


async def test_what_was_given_back_wholly_comes_back_all_the_same(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    order, vase = await sent(shop)
    await shop.refund(order)
    announced = await shop.announce(order, 3)

    received = (await api.post(path(order, announced.id, "receipts"), json={})).json()

    assert (received["status"], received["refund"]) == ("received", None)
    assert (await shop.stock(vase)).on_hand == 8


@pytest.mark.parametrize(
    ("what", "status"), [("rejections", "rejected"), ("cancellations", "canceled")]
)
async def test_what_does_not_come_back_may_be_announced_again(
    shop: Shop, api: httpx.AsyncClient, what: str, status: str
) -> None:
    order, _ = await sent(shop)
    announced = await shop.announce(order, 3)
    with pytest.raises(PiecesNotLeft):
        await shop.announce(order, 1)

    ended = await api.post(path(order, announced.id, what), json={})

    assert (ended.status_code, ended.json()["status"]) == (201, status)
    assert (await shop.announce(order, 3)).status == "requested"
    for further in ("receipts", "rejections", "cancellations"):
        again = await api.post(path(order, announced.id, further), json={})
        problem(again, 409, "illegal_move")


async def test_only_what_was_sent_comes_back(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product(), 3))
    await shop.fulfil(order, 1)

    with pytest.raises(PiecesNotLeft) as refused:
        await shop.announce(order, 2)

    assert refused.value.details == {"line_id": order.lines[0].id, "left": 1}


@pytest.mark.parametrize("counts", ["returned = 4", "awaited = 4", "returned = 2, awaited = 2"])
async def test_the_database_too_takes_no_more_back_than_was_sent(shop: Shop, counts: str) -> None:
    order, _ = await sent(shop)

    with pytest.raises(asyncpg.CheckViolationError):
        await shop.owner.execute(
            f"update checkout.order_line set {counts} where id = $1", order.lines[0].id
        )


async def test_more_may_be_sent_after_a_part_came_back(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product(), 3))
    await shop.fulfil(order, 2)
    announced = await shop.announce(order, 1)
    await shop.world.do(
        lambda tx: receive(tx, order.order.id, announced.id, restocks=True, refunds=True)
    )
    assert await stands(shop, order) == "partially_returned"

    await shop.fulfil(order)

    assert await stands(shop, order) == "partially_returned"


async def test_its_refund_is_declined_and_it_is_here(shop: Shop, api: httpx.AsyncClient) -> None:
    order, vase = await sent(shop, method="pm_card_refundFail")
    announced = await shop.announce(order, 1)

    received = await api.post(path(order, announced.id, "receipts"), json={})

    assert received.status_code == 201, received.text
    assert (received.json()["status"], received.json()["refund"]["status"]) == (
        "received",
        "failed",
    )
    assert (await shop.stock(vase)).on_hand == 6
    assert (await shop.look(order)).order.refunded_minor == 0


async def test_a_return_never_changes(shop: Shop) -> None:
    order, _ = await sent(shop)
    announced = await shop.announce(order, 1)

    for change in ("lines = '[]'", "reason = 'x'", "created_by = 'me'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with shop.world.tx() as tx:
                await tx.fetch(
                    f"update checkout.order_return set {change} where id = $1", announced.id
                )


async def test_a_return_of_another_tenant(shop: Shop, other: World) -> None:
    order, _ = await sent(shop)
    announced = await shop.announce(order, 1)

    with pytest.raises(OrderNotFound):
        await other.do(lambda tx: request_return(tx, order.order.id, [], reason=None))
    async with other.program("*") as program:
        problem(await program.get(path(order)), 404, "order_not_found")
        refused = await program.post(path(order, announced.id, "receipts"), json={})
        problem(refused, 404, "order_not_found")


async def test_of_two_who_announce_the_same_pieces_one_does(shop: Shop) -> None:
    order, _ = await sent(shop)

    def announces(count: int) -> Verb:
        lines = shop.pieces(order, count)
        return lambda tx: request_return(tx, order.order.id, lines, reason=None)

    first, second = await race(shop.world, announces(2), announces(2))

    assert isinstance(first, Return)
    assert isinstance(second, PiecesNotLeft)


async def test_of_two_who_receive_one_return_one_does(shop: Shop) -> None:
    order, vase = await sent(shop)
    announced = await shop.announce(order, 2)

    def receives(tx: Any) -> Any:
        return receive(tx, order.order.id, announced.id, restocks=True, refunds=True)

    _, second = await race(shop.world, receives, receives)

    assert isinstance(second, IllegalMove)
    assert (await shop.stock(vase)).on_hand == 7
    assert (await shop.look(order)).order.refunded_minor == 2000


async def test_many_who_announce_at_once(shop: Shop, api: httpx.AsyncClient) -> None:
    order, _ = await sent(shop, 5)
    body = {"lines": [{"line_id": str(order.lines[0].id), "quantity": 1}]}

    answers = await asyncio.gather(*(api.post(path(order), json=body) for _ in range(12)))

    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [409] * 7
    assert (await shop.look(order)).lines[0].awaited == 5
