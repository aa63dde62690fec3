"""A cart that somebody pays for is neither left nor over; one at the payment page was not left."""

from uuid import UUID

import httpx
import pytest

from guilder.checkout.carts import CartId
from guilder.checkout.carts.ends import expire_carts, leave_carts
from guilder.checkout.sessions.session import COME_TO_NOTHING
from guilder.payments import PaymentStatus
from tests.checkout.buying import (
    agreed,
    called_off,
    good,
    handed_over,
    line,
    looked_at,
    opened,
    over,
    soon,
)
from tests.checkout.carts.test_ends import OVER, left, look
from tests.checkout.purchases.aftermath import expired, waiting
from tests.checkout.shop import Shop


async def test_a_cart_that_is_being_paid_is_neither_left_nor_over(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(api, line(await shop.product()))
    underway = await waiting(api, await handed_over(api, cart))
    await shop.owner.execute(OVER, cart["id"])

    await left(shop, cart)

    assert await shop.facts(cart["id"]) == []
    assert (await looked_at(api, cart))["status"] == "open"
    await agreed(api, underway["next_action_url"])
    assert (await looked_at(api, cart))["status"] == "ordered"


async def test_so_is_one_that_is_being_paid_late(shop: Shop, api: httpx.AsyncClient) -> None:
    cart, end = await opened(api, line(await shop.product())), await soon(shop)
    checkout = await handed_over(api, cart, expires_at=end.isoformat())
    await waiting(api, checkout)
    await over(shop, checkout)
    await expired(shop)
    await shop.owner.execute(OVER, cart["id"])

    await left(shop, cart)

    assert await shop.facts(cart["id"]) == []


async def test_one_whose_payment_came_to_nothing_is(shop: Shop, api: httpx.AsyncClient) -> None:
    cart, idle = [await opened(api, line(await shop.product())) for _ in range(2)]
    for each in (cart, idle):
        checkout = await handed_over(api, each)
        underway = await waiting(api, checkout)
        path = f"/v1/payments/{underway['payment_id']}/cancellations"
        good(await api.post(path, json={}))
        good(await called_off(api, checkout))
    await shop.owner.execute(OVER, cart["id"])

    await left(shop, idle)

    assert await shop.facts(cart["id"]) == ["cart.expired"]
    assert await shop.facts(idle["id"]) == ["cart.abandoned"]


async def test_a_cart_at_the_payment_page_was_not_left(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))
    checkout = await handed_over(api, cart)

    await left(shop, cart)
    assert await shop.facts(cart["id"]) == []

    good(await called_off(api, checkout))
    await look(shop)
    assert await shop.facts(cart["id"]) == ["cart.abandoned"]


async def test_it_ends_in_its_time_all_the_same(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))
    await handed_over(api, cart)
    await shop.owner.execute(OVER, cart["id"])

    await look(shop)

    assert await shop.facts(cart["id"]) == ["cart.expired"]


async def test_who_begins_to_pay_before_a_cart_is_held_is_seen(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(api, line(await shop.product()))
    await waiting(api, await handed_over(api, cart))
    ids = [CartId(UUID(cart["id"]))]

    async with shop.world.tx() as tx:
        assert await expire_carts(tx, tenant_id=tx.tenant_id, ids=ids) == []
        assert await leave_carts(tx, tenant_id=tx.tenant_id, ids=ids) == []


@pytest.mark.parametrize("status", PaymentStatus)
async def test_postgresql_says_the_same_of_what_came_to_nothing(
    shop: Shop, status: PaymentStatus
) -> None:
    says = await shop.owner.fetchval("select payments.has_come_to_nothing($1)", status)

    assert says == (status in COME_TO_NOTHING)
