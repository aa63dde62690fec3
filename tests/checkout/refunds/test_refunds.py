"""Money of an order goes back: whole, by line, by amount; never too much, nor too often."""

import asyncpg
import pytest

from guilder.checkout.orders import OrderNotFound, PiecesNotLeft
from guilder.checkout.refunds import OrderWasFree, RefundStatus, TooManyRefunds, refund_order
from guilder.checkout.refunds.shares import RefundAsked, RefundNotClear, RestockNotAllowed
from guilder.payments import RefundNotAllowed
from tests.checkout.shop import Shop
from tests.world import World


async def test_nothing_named_is_all_that_is_left(shop: Shop) -> None:
    vase = await shop.product("10.00")
    way = await shop.shipping("5.00")
    order = await shop.paid_order((vase, 2), shipping_option_id=way.id)

    refund = await shop.refund(order)

    assert (refund.status, refund.amount_minor, refund.shipping_minor) == ("succeeded", 2500, 500)
    after = await shop.look(order)
    assert after.order.payment_status == "refunded"
    assert (after.order.refunded_minor, after.order.refunding_minor) == (2500, 0)
    assert (after.lines[0].refunded, after.lines[0].refunded_minor) == (2, 2000)
    assert (await shop.payment(order)).status == "refunded"
    assert await shop.facts(order.order.id) == ["order.placed", "order.refunded"]
    with pytest.raises(RefundNotAllowed):
        await shop.refund(order)


async def test_pieces_of_a_line_one_by_one(shop: Shop) -> None:
    """3 for 10.00: what each costs is rounded, and all of them cost just that."""
    order = await shop.paid_order((await shop.product("10.00"), 1), (await shop.product("3.33"), 3))
    way = [(await shop.refund(order, 0, 1)).amount_minor for _ in range(3)]

    assert way == [333, 333, 333]
    after = await shop.look(order)
    assert after.order.payment_status == "partially_refunded"
    assert [line.refunded_minor for line in after.lines] == [0, 999]
    with pytest.raises(PiecesNotLeft) as refused:
        await shop.refund(order, 0, 1)
    assert refused.value.details == {"line_id": order.lines[1].id, "left": 0}


async def test_a_discounted_line_is_given_back_to_the_cent(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("0.335", currency="TND"), 3))

    amounts = [(await shop.refund(order, 1)).amount_minor for _ in range(3)]

    assert sum(amounts) == order.order.total_minor
    assert (await shop.look(order)).order.payment_status == "refunded"


async def test_an_amount_and_then_the_rest(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))

    await shop.refund(order, minor=500)
    rest = await shop.refund(order)

    assert rest.amount_minor == 1500
    assert [(one.quantity, one.amount_minor) for one in rest.lines] == [(2, 1500)]
    assert (await shop.look(order)).order.payment_status == "refunded"


async def test_pieces_cost_no_more_than_what_is_left(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))
    await shop.refund(order, minor=1500)

    with pytest.raises(RefundNotAllowed) as refused:
        await shop.refund(order, 1)

    assert refused.value.details == {"refundable": 500, "currency": "EUR"}


@pytest.mark.parametrize("minor", [0, -1, 2001])
async def test_an_amount_is_positive_and_fits(shop: Shop, minor: int) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))

    with pytest.raises(RefundNotAllowed):
        await shop.refund(order, minor=minor)


async def test_shipping_is_given_back_once(shop: Shop) -> None:
    way = await shop.shipping("5.00")
    order = await shop.paid_order((await shop.product("10.00"), 1), shipping_option_id=way.id)

    refund = await shop.refund(order, is_of_shipping=True)

    assert (refund.amount_minor, refund.shipping_minor) == (500, 500)
    with pytest.raises(RefundNotAllowed):
        await shop.refund(order, is_of_shipping=True)
    assert (await shop.refund(order, 1, is_of_shipping=True)).amount_minor == 1000


@pytest.mark.parametrize(
    "asked",
    [
        RefundAsked(amount_minor=100, restocks=True),
        RefundAsked(amount_minor=100, is_of_shipping=True),
        RefundAsked(amount_minor=100, lines=[]),
        RefundAsked(is_of_shipping=True, restocks=True),
    ],
)
async def test_what_contradicts_itself_is_refused(shop: Shop, asked: RefundAsked) -> None:
    order = await shop.paid_order()

    with pytest.raises(RefundNotClear):
        await shop.world.do(lambda tx: refund_order(tx, order.order.id, asked))


async def test_no_more_than_so_many(shop: Shop) -> None:
    """The number is that of the checkout, whatever the settings say later."""
    await shop.sells_by(max_refunds=2)
    order = await shop.paid_order((await shop.product("10.00"), 2))
    await shop.sells_by(max_refunds=9)
    for _ in range(2):
        await shop.refund(order, minor=100)

    with pytest.raises(TooManyRefunds) as refused:
        await shop.refund(order, minor=100)

    assert refused.value.details == {"maximum": 2}
    assert (await shop.look(order)).order.refunds == 2


@pytest.mark.parametrize("figure", ["refunded_minor", "refunding_minor"])
async def test_the_database_too_gives_back_no_more_than_was_paid(shop: Shop, figure: str) -> None:
    order = await shop.paid_order((await shop.product("10.00"), 2))

    with pytest.raises(asyncpg.CheckViolationError):
        await shop.owner.execute(
            f"update checkout.placed_order set {figure} = total_minor + 1 where id = $1",
            order.order.id,
        )


async def test_the_database_too_refuses_one_too_many(shop: Shop) -> None:
    order = await shop.paid_order()

    with pytest.raises(asyncpg.CheckViolationError):
        await shop.owner.execute(
            "update checkout.placed_order set refunds = max_refunds + 1 where id = $1",
            order.order.id,
        )


async def test_what_is_refunded_goes_back_on_the_shelf(shop: Shop) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3))

    await shop.refund(order, 1, restocks=True)

    assert (await shop.stock(vase)).on_hand == 3
    assert [line.restocked for line in (await shop.look(order)).lines] == [1]
    sent = await shop.fulfil(order)
    assert [line.quantity for line in sent.lines] == [2]
    assert (await shop.look(order)).order.fulfilment_status == "fulfilled"


async def test_what_was_sent_comes_back_by_a_return(shop: Shop) -> None:
    vase = await shop.product("10.00", stock=5)
    order = await shop.paid_order((vase, 3))
    await shop.fulfil(order, 2)

    with pytest.raises(RestockNotAllowed) as refused:
        await shop.refund(order, 2, restocks=True)

    assert refused.value.details == {"line_id": order.lines[0].id, "left": 1}
    assert (await shop.stock(vase)).on_hand == 2
    await shop.refund(order, restocks=True)
    assert (await shop.stock(vase)).on_hand == 3
    assert (await shop.look(order)).order.payment_status == "refunded"


async def test_what_was_free_has_nothing_to_give_back(shop: Shop) -> None:
    order = await shop.paid_order((await shop.product("0.00"), 1), method=None)
    assert order.order.payment_id is None

    with pytest.raises(OrderWasFree):
        await shop.refund(order)


async def test_another_tenant_gives_nothing_of_it_back(shop: Shop, other: World) -> None:
    order = await shop.paid_order()

    with pytest.raises(OrderNotFound):
        await other.do(lambda tx: refund_order(tx, order.order.id, RefundAsked()))


async def test_a_refund_never_changes(shop: Shop) -> None:
    order = await shop.paid_order()
    refund = await shop.refund(order, minor=100)

    for changes in ("amount_minor = 1", "lines = '[1]'", "reason = 'x'", "status = 'pending'"):
        with pytest.raises(asyncpg.CheckViolationError):
            async with shop.world.tx() as tx:
                await tx.fetch(f"update checkout.refund set {changes} where id = $1", refund.id)
    assert refund.status is RefundStatus.SUCCEEDED
