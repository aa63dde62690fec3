"""What every gateway keeps of its promises: an order is done once, whatever is lost on the way.

Written once, for every gateway: how one joins is said in `conftest.py`.
"""

import asyncio

import pytest

from guilder.payments.gateways.gateway import Done, GatewayUnavailable, OutcomeUnknown
from tests.payments.gateways.shop import Shop, done


async def test_the_same_order_twice_is_done_once(shop: Shop) -> None:
    order = shop.order()

    first, second = await shop.gateway.charge(order), await shop.gateway.charge(order)

    assert done(first).reference == done(second).reference
    assert await shop.counterpart.charges() == 1


async def test_the_same_order_at_the_same_time_is_done_once(shop: Shop) -> None:
    order = shop.order()

    outcomes = await asyncio.gather(
        *(shop.gateway.charge(order) for _ in range(5)), return_exceptions=True
    )

    assert any(isinstance(outcome, Done) for outcome in outcomes), outcomes
    assert all(isinstance(outcome, Done | OutcomeUnknown) for outcome in outcomes), outcomes
    assert await shop.counterpart.charges() == 1


async def test_the_same_part_twice_is_taken_and_given_back_once(shop: Shop) -> None:
    sale = await shop.holds()
    capture = sale.capture("12.00 EUR")

    taken = [done(await shop.gateway.capture(capture)) for _ in range(2)]
    refund = sale.refund("5.00 EUR", taken[0].reference)
    returned = [done(await shop.gateway.refund(refund)) for _ in range(2)]

    assert taken[0].reference == taken[1].reference
    assert returned[0].reference == returned[1].reference
    assert await shop.counterpart.taken(sale.intent) == (1200, 500)


@pytest.mark.parametrize("is_captured", [True, False])
async def test_a_charge_whose_reply_is_lost_is_found(shop: Shop, is_captured: bool) -> None:
    order = shop.order(is_captured=is_captured)
    await shop.counterpart.lose_next_reply()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)

    found = done(await shop.gateway.find(order))

    assert await shop.counterpart.charges() == 1
    assert await shop.counterpart.taken(found.intent) == (2000 if is_captured else 0, 0)
    assert done(await shop.gateway.charge(order)).reference == found.reference
    assert await shop.counterpart.charges() == 1


async def test_a_charge_that_never_arrived_never_will(shop: Shop) -> None:
    order = shop.order()
    await shop.counterpart.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.charge(order)

    assert await shop.gateway.find(order) is None
    assert await shop.gateway.find(order) is None, "asked again, the same"

    assert not isinstance(await shop.gateway.charge(order), Done), "it comes too late"
    assert await shop.counterpart.charges() == 0


async def test_a_charge_that_was_never_given_is_not_found(shop: Shop) -> None:
    order = shop.order()

    assert await shop.gateway.find(order) is None

    assert await shop.counterpart.charges() == 0


async def test_what_is_turned_away_did_not_happen(shop: Shop) -> None:
    await shop.counterpart.refuse_next()

    with pytest.raises(GatewayUnavailable):
        await shop.gateway.charge(shop.order())

    assert await shop.counterpart.charges() == 0
    await shop.pays()
    assert await shop.counterpart.charges() == 1


async def test_a_capture_whose_reply_is_lost_is_found(shop: Shop) -> None:
    sale = await shop.holds()
    order = sale.capture("12.00 EUR")
    await shop.counterpart.lose_next_reply()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.capture(order)

    found = done(await shop.gateway.find(order))

    assert found.reference == done(await shop.gateway.capture(order)).reference
    assert await shop.counterpart.taken(sale.intent) == (1200, 0)


async def test_a_refund_whose_reply_is_lost_is_found(shop: Shop) -> None:
    sale = await shop.pays()
    order = sale.refund("12.00 EUR")
    await shop.counterpart.lose_next_reply()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.refund(order)

    found = done(await shop.gateway.find(order))

    assert found.reference == done(await shop.gateway.refund(order)).reference
    assert await shop.counterpart.taken(sale.intent) == (2000, 1200)


async def test_a_void_whose_reply_is_lost_is_found(shop: Shop) -> None:
    sale = await shop.holds()
    order = sale.void()
    assert await shop.gateway.find(order) is None
    await shop.counterpart.lose_next_reply()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.void(order)

    assert isinstance(await shop.gateway.find(order), Done)

    assert isinstance(await shop.gateway.void(order), Done)


async def test_a_capture_that_never_arrived_is_given_again(shop: Shop) -> None:
    sale = await shop.holds()
    order = sale.capture("12.00 EUR")
    await shop.counterpart.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.capture(order)

    assert await shop.gateway.find(order) is None

    assert isinstance(await shop.gateway.capture(order), Done)
    assert await shop.counterpart.taken(sale.intent) == (1200, 0)


async def test_a_refund_that_never_arrived_is_given_again(shop: Shop) -> None:
    sale = await shop.pays()
    order = sale.refund("12.00 EUR")
    await shop.counterpart.lose_next_request()
    with pytest.raises(OutcomeUnknown):
        await shop.gateway.refund(order)

    assert await shop.gateway.find(order) is None

    assert isinstance(await shop.gateway.refund(order), Done)
    assert await shop.counterpart.taken(sale.intent) == (2000, 1200)
