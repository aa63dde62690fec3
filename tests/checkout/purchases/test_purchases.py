"""Purchases: a checkout is paid once, however often that is asked for, and becomes an order."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest

from guilder.checkout.purchases.purchases import NewPurchase, purchase
from tests.checkout.buying import (
    DECLINED,
    HOME,
    THREE_D_SECURE,
    Shown,
    asked_for,
    called_off,
    checkout_of,
    good,
    handed_over,
    line,
    looked_at,
    opened,
    pay,
    seen,
)
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.payments.till import VISA
from tests.race import race
from tests.world import World


async def payments_of(api: httpx.AsyncClient) -> list[Shown]:
    found: list[Shown] = good(await api.get("/v1/payments", params={"limit": 100}), 200)["data"]
    return found


async def orders_of(api: httpx.AsyncClient) -> list[Shown]:
    found: list[Shown] = good(await api.get("/v1/orders", params={"limit": 100}), 200)["data"]
    return found


@pytest.mark.parametrize(
    ("name", "told"),
    [("Tulip vase", "2 × Tulip vase, Pot"), ("V" * 250, f"2 × {'V' * 195}…")],
)
async def test_a_payment_says_what_is_bought(
    shop: Shop, api: httpx.AsyncClient, name: str, told: str
) -> None:
    vase, pot = await shop.product("10.00", name=name), await shop.product("5.00", name="Pot")
    cart = await opened(api, line(vase, 2), line(pot, 1))

    good(await pay(api, await handed_over(api, cart)))

    (payment,) = await payments_of(api)
    assert payment["description"] == told


async def test_the_answer_is_the_order(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00", stock=5)
    post = str((await shop.shipping("5.00")).id)
    cart = await opened(api, line(vase, 2), shipping_option_id=post, shipping_address=HOME)
    checkout = await handed_over(api, cart, email="ada@example.com", metadata={"from": "web"})

    order = good(await pay(api, checkout))

    assert (order["amount_total"], order["amount_shipping"]) == (2500, 500)
    assert (order["payment_status"], order["fulfilment_status"]) == ("paid", "unfulfilled")
    assert (order["checkout_id"], order["cart_id"]) == (checkout["id"], cart["id"])
    assert (order["buyer"], order["metadata"]) == (checkout["buyer"], {"from": "web"})
    done = await seen(api, checkout)
    assert (done["status"], done["order_id"]) == ("completed", order["id"])
    assert done["payment_id"] == order["payment_id"]
    assert done["completed_at"] is not None
    assert (await looked_at(api, cart))["status"] == "ordered"
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (3, 0)
    (payment,) = await payments_of(api)
    assert (payment["amount"], payment["status"]) == (2500, "succeeded")
    assert payment["order_id"] == order["id"]
    assert (await shop.till.check()).agrees


async def test_paid_again_it_is_the_same_order(shop: Shop, api: httpx.AsyncClient) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00")))
    order = good(await pay(api, checkout))

    for _ in range(2):
        assert good(await pay(api, checkout)) == order

    assert len(await payments_of(api)) == 1
    assert await shop.facts(order["id"]) == ["order.placed"]
    assert await shop.facts(checkout["id"]) == ["checkout.completed"]


@pytest.mark.parametrize("programs", [1, 4])
async def test_sixteen_who_pay_at_once_have_one_order(
    shop: Shop, world: World, programs: int
) -> None:
    """Within one batch, and over several connections."""
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(world.program("*")) for _ in range(programs)]
        checkout = await checkout_of(apis[0], line(await shop.product("10.00", stock=1)))

        answers = await asyncio.gather(
            *(pay(apis[each % programs], checkout) for each in range(16))
        )

        orders = [good(answer) for answer in answers]
        assert len({(order["id"], order["number"]) for order in orders}) == 1
        assert [one["status"] for one in await payments_of(apis[0])] == ["succeeded"]
        assert len(await orders_of(apis[0])) == 1
        assert await shop.facts(orders[0]["id"]) == ["order.placed"]


async def test_who_pays_while_another_does_waits_and_has_the_same_order(
    shop: Shop, world: World
) -> None:
    session = await shop.checkout(await shop.cart((await shop.product(), 1)))
    new = NewPurchase(checkout_id=session.id, payment_method=VISA)

    async def buy(tx: Any) -> Any:
        return await purchase(tx, world.system.numbers, [new])

    (first,), (second,) = await race(world, buy, buy)

    assert first.order.id == second.order.id == session.order_id


async def test_each_of_a_batch_has_its_own_outcome(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = await shop.product("10.00")
    one, two, three, four = [await checkout_of(api, line(vase)) for _ in range(4)]
    good(await called_off(api, four))
    asked: list[tuple[Shown, str | None, int]] = [
        (one, VISA, 201),
        ({"id": str(uuid4())}, VISA, 404),
        (two, DECLINED, 402),
        (one, VISA, 201),
        (three, THREE_D_SECURE, 201),
        (four, VISA, 409),
        (one, DECLINED, 201),
    ]

    answers = await asyncio.gather(*(pay(api, checkout, how) for checkout, how, _ in asked))

    assert [answer.status_code for answer in answers] == [status for _, _, status in asked]
    assert len(await orders_of(api)) == 1
    assert sorted(each["status"] for each in await payments_of(api)) == [
        "failed",
        "requires_action",
        "succeeded",
    ]


async def test_the_last_unit_is_sold_once(shop: Shop, world: World) -> None:
    """Whoever could not have it is told before anything is charged."""
    vase = await shop.product("10.00", stock=1)
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(world.program("*")) for _ in range(4)]
        carts = [await opened(api, line(vase)) for api in apis]

        async def buy(api: httpx.AsyncClient, cart: Shown) -> httpx.Response:
            asked = await asked_for(api, cart)
            return await pay(api, asked.json()) if asked.status_code == 201 else asked

        answers = await asyncio.gather(*map(buy, apis, carts))

        assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
        assert {each.json().get("code") for each in answers} == {None, "out_of_stock"}
        assert [one["status"] for one in await payments_of(apis[0])] == ["succeeded"]
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (0, 0)


async def test_what_is_free_needs_no_payment(shop: Shop, api: httpx.AsyncClient) -> None:
    gift = await shop.product("0.00", stock=2)
    checkout = await checkout_of(api, line(gift))

    order = good(await pay(api, checkout, None))

    assert (order["amount_total"], order["payment_id"]) == (0, None)
    assert good(await pay(api, checkout, None)) == order
    assert await payments_of(api) == []
    assert (await shop.stock(gift)).on_hand == 1
    assert (await seen(api, checkout))["status"] == "completed"


async def test_what_a_promotion_makes_free_needs_no_payment(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    await offered(world, code="ALL", percentage=100)
    cart = await opened(api, line(await shop.product("10.00")), promotion_codes=["all"])

    order = good(await pay(api, await handed_over(api, cart), None))

    assert (order["amount_discount"], order["amount_total"]) == (1000, 0)


async def test_a_request_repeated_under_its_key_is_answered_as_before(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    checkout = await checkout_of(api, line(await shop.product("10.00")))
    key = {"Idempotency-Key": "once"}

    first, *others = await asyncio.gather(*(pay(api, checkout, **key) for _ in range(3)))
    again = await pay(api, checkout, **key)

    assert good(first) == good(again)
    assert all(answer.json() == first.json() for answer in others)
    assert again.headers["idempotency-replayed"] == "true"
    problem(await pay(api, checkout, DECLINED, **key), 422, "idempotency_key_reused")
    assert len(await payments_of(api)) == 1


async def test_the_same_key_at_another_checkout_is_refused(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00")
    one, two = await checkout_of(api, line(vase)), await checkout_of(api, line(vase))
    key = {"Idempotency-Key": "once"}
    good(await pay(api, one, **key))

    problem(await pay(api, two, **key), 422, "idempotency_key_reused")

    assert (await seen(api, two))["status"] == "open"


async def test_a_payment_of_another_kind_does_not_complete_the_checkout(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    """Whoever knows the order's id may pay in its name, and pays for nothing by that."""
    vase = await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase))
    stored = "select order_id::text from checkout.session where id = $1"
    order_id = await shop.owner.fetchval(stored, checkout["id"])

    for amount in (1, 1000):
        body = {
            "amount": amount,
            "currency": "EUR",
            "order_id": order_id,
            "payment_method": VISA,
            "confirm": True,
        }
        assert good(await api.post("/v1/payments", json=body))["status"] == "succeeded"

    assert (await seen(api, checkout))["status"] == "open"
    assert await orders_of(api) == []
    order = good(await pay(api, checkout))
    assert order["id"] == order_id
    assert len(await orders_of(api)) == 1


async def test_numbers_are_unique_and_rise(shop: Shop, world: World) -> None:
    """Also where fifty are bought at once."""
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(world.program("*")) for _ in range(4)]
        vase = await shop.product("10.00")
        before = [
            good(await pay(apis[0], await checkout_of(apis[0], line(vase)))) for _ in range(2)
        ]
        checkouts = [await checkout_of(apis[each % 4], line(vase)) for each in range(50)]

        answers = await asyncio.gather(
            *(pay(apis[each % 4], checkout) for each, checkout in enumerate(checkouts))
        )

        after = good(await pay(apis[0], await checkout_of(apis[0], line(vase))))["number"]
    assert [order["number"] for order in before] == [1001, 1002]
    numbers = {good(answer)["number"] for answer in answers}
    assert len(numbers) == 50
    assert 1002 < min(numbers) <= max(numbers) < after


async def test_another_tenant_counts_for_itself(shop: Shop, other: World) -> None:
    elsewhere = Shop(other, shop.owner)
    await shop.paid_order()

    assert (await elsewhere.paid_order()).order.number == 1001


async def test_every_line_of_the_order_is_what_was_handed_over(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, bulb = await shop.product("19.99"), await shop.product("0.37", name="Bulb")
    checkout = await checkout_of(api, line(vase, 3), line(bulb, 7))

    order = good(await pay(api, checkout))

    same = ("variant_id", "product_id", "name", "sku", "quantity", "unit_amount_decimal")
    amounts = ("amount_subtotal", "amount_discount", "amount_tax", "amount_total", "taxes")
    for name in (*same, *amounts):
        assert [one[name] for one in order["lines"]] == [one[name] for one in checkout["lines"]]
    assert order["amount_total"] == checkout["amount_total"] == 3 * 1999 + 7 * 37
