"""What becomes of a payment becomes of its checkout, in the same transaction, whoever tells it."""

import httpx

from guilder import catalog
from tests.checkout.buying import (
    DECLINED,
    Shown,
    agreed,
    asked_for,
    called_off,
    checkout_of,
    good,
    handed_over,
    line,
    opened,
    pay,
    seen,
)
from tests.checkout.purchases.aftermath import (
    orders_of,
    relayed,
    statuses_of,
    stumbling,
    unheard,
    waiting,
)
from tests.checkout.shop import Shop
from tests.http.documents import problem

ORDERED_AT = """
    select placed_order.created_at = payment.updated_at as is_one_moment
    from checkout.placed_order
    inner join payments.payment
        on payment.tenant_id = placed_order.tenant_id and payment.id = placed_order.payment_id
    where placed_order.checkout_id = $1
"""


async def test_a_declined_checkout_can_be_paid_again(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))

    problem(await pay(api, checkout, DECLINED), 402, "gateway_declined")
    assert (await seen(api, checkout))["status"] == "open"
    assert (await shop.stock(vase)).reserved == 1
    good(await pay(api, checkout))

    assert await statuses_of(api) == ["failed", "succeeded"]


async def test_ten_declines_are_the_end(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))

    for _ in range(10):
        problem(await pay(api, checkout, DECLINED), 402, "gateway_declined")

    told = problem(await pay(api, checkout), 409, "checkout_closed")
    assert told["checkout_status"] == "failed"
    assert (await shop.stock(vase)).reserved == 0
    assert await shop.facts(checkout["id"]) == ["checkout.failed"]
    await relayed(shop)
    assert await statuses_of(api) == ["failed"] * 10


async def test_a_decline_counts_once_whoever_tells_of_it(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00")))
    problem(await pay(api, checkout, DECLINED), 402, "gateway_declined")

    await relayed(shop)

    stored = "select declines from checkout.session where id = $1"
    assert await shop.owner.fetchval(stored, checkout["id"]) == 1


async def test_the_order_comes_with_the_success_and_needs_no_further_call(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Both are of one transaction: they bear its time."""
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))
    underway = await waiting(api, checkout)
    again = good(await pay(api, checkout))
    assert again["next_action_url"] == underway["next_action_url"]
    assert (await seen(api, checkout))["status"] == "open"

    await agreed(api, underway["next_action_url"])

    (order,) = await orders_of(api)
    done = await seen(api, checkout)
    assert (done["status"], done["order_id"]) == ("completed", order["id"])
    assert order["payment_id"] == underway["payment_id"]
    assert await shop.owner.fetchval(ORDERED_AT, checkout["id"])
    assert good(await pay(api, checkout))["id"] == order["id"]
    await relayed(shop)
    assert len(await orders_of(api)) == 1
    assert await shop.facts(order["id"]) == ["order.placed"]
    assert await shop.facts(checkout["id"]) == ["checkout.completed"]


async def test_who_refuses_at_the_bank_may_pay_in_another_way(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00", stock=1)))
    underway = await waiting(api, checkout)

    answer = await api.post(f"{underway['next_action_url']}/refusals")

    assert answer.status_code in (200, 303)
    good(await pay(api, checkout))
    assert await statuses_of(api) == ["failed", "succeeded"]


async def test_what_is_being_paid_is_neither_called_off_nor_handed_over_anew(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(api, line(await shop.product("10.00", stock=5)))
    checkout = await handed_over(api, cart)
    underway = await waiting(api, checkout)

    problem(await called_off(api, checkout), 409, "checkout_underway")
    problem(await asked_for(api, cart), 409, "checkout_underway")

    await agreed(api, underway["next_action_url"])
    assert (await seen(api, checkout))["status"] == "completed"


async def test_an_outcome_that_nobody_knows_is_waited_for(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00", stock=1)))

    shown = good(await pay(api, checkout, "pm_card_timeoutAfterCharge"))

    assert shown["payment_status"] == "processing"
    problem(await pay(api, checkout), 409, "checkout_busy")
    await shop.till.work(later=True)
    order = good(await pay(api, checkout))
    assert order["payment_id"] == shown["payment_id"]
    assert await statuses_of(api) == ["succeeded"]


async def test_what_is_gone_when_it_is_paid_is_given_back(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Even where nobody should have let go of it."""
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))
    await shop.world.do(lambda tx: catalog.release(tx, [checkout["id"]]))
    good(await pay(api, await checkout_of(api, line(vase))))

    problem(await pay(api, checkout), 409, "out_of_stock")
    await shop.till.work()

    assert sorted(await statuses_of(api)) == ["refunded", "succeeded"]
    assert (await seen(api, checkout))["status"] == "failed"
    assert await shop.facts(checkout["id"]) == ["checkout.failed", "checkout.refunded"]


async def test_an_order_that_fails_does_not_lose_the_success(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """The payment stays a success, and the relay brings about the order."""
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))
    underway = await waiting(api, checkout)
    await stumbling(shop)

    await agreed(api, underway["next_action_url"])

    assert await payment_status(api, underway) == "succeeded"
    assert (await seen(api, checkout))["status"] == "open"
    await relayed(shop)
    done = await seen(api, checkout)
    assert done["status"] == "completed"
    order = good(await pay(api, checkout))
    assert (order["id"], order["payment_id"]) == (done["order_id"], underway["payment_id"])
    assert (await shop.stock(vase)).on_hand == 0
    assert await shop.facts(order["id"]) == ["order.placed"]


async def payment_status(api: httpx.AsyncClient, underway: Shown) -> str:
    shown = good(await api.get(f"/v1/payments/{underway['payment_id']}"), 200)
    return str(shown["status"])


async def test_what_is_paid_and_not_ordered_yet_is_not_paid_again(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    cart = await opened(api, line(await shop.product("10.00", stock=5)))
    checkout = await handed_over(api, cart)
    underway = await waiting(api, checkout)
    await stumbling(shop)
    async with unheard(shop):
        await agreed(api, underway["next_action_url"])

        again = await pay(api, checkout, **{"Idempotency-Key": "again"})

        problem(again, 409, "checkout_busy")
        problem(await called_off(api, checkout), 409, "checkout_underway")
        problem(await asked_for(api, cart), 409, "checkout_underway")
    await relayed(shop)
    order = good(await pay(api, checkout, **{"Idempotency-Key": "again"}))
    assert order["payment_id"] == underway["payment_id"]
    assert (await statuses_of(api)).count("succeeded") == 2, "it, and the one before"


async def test_a_stranger_in_the_name_of_the_order_does_not_hide_the_success(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """The relay hears of both at once, and one of them is the checkout's."""
    checkout = await checkout_of(api, line(await shop.product("10.00", stock=5)))
    underway = await waiting(api, checkout)
    await stumbling(shop)
    await agreed(api, underway["next_action_url"])
    stored = "select order_id::text from checkout.session where id = $1"
    order_id = await shop.owner.fetchval(stored, checkout["id"])
    body = {"amount": 1, "currency": "EUR", "payment_method": "pm_card_visa", "confirm": True}
    good(await api.post("/v1/payments", json=body | {"order_id": order_id}))

    await relayed(shop)

    assert (await seen(api, checkout))["status"] == "completed"


async def test_a_purchase_whose_order_fails_is_told_to_come_back(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Its answer is not the last word: under the same key the order is there later."""
    checkout = await checkout_of(api, line(await shop.product("10.00", stock=5)))
    await stumbling(shop)
    key = {"Idempotency-Key": "once"}

    first = await pay(api, checkout, "pm_card_slow", **key)
    await shop.till.work(later=True)
    await relayed(shop)

    problem(first, 409, "checkout_busy")
    assert good(await pay(api, checkout, **key | {"Idempotency-Key": "two"}))["id"]
    assert (await statuses_of(api)).count("succeeded") == 2


async def test_what_the_shop_gave_back_itself_is_not_ordered(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))
    underway = await waiting(api, checkout)
    await stumbling(shop)
    await agreed(api, underway["next_action_url"])
    good(await api.post(f"/v1/payments/{underway['payment_id']}/refunds", json={}))

    await relayed(shop)

    assert (await seen(api, checkout))["status"] == "failed"
    assert (await shop.stock(vase)).reserved == 0
    assert len(await orders_of(api)) == 1, "the one before"
