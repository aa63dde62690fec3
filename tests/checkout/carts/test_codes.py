"""A code on a cart: whether it takes something off now, or why not."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from guilder.checkout.promotions.promotion import PromotionChanges
from guilder.checkout.promotions.promotions import change_promotion
from tests.checkout.buying import good, handed_over, line, looked_at, opened, pay
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.world import World


def stands(cart: dict[str, Any]) -> list[tuple[str, bool, str | None]]:
    return [(one["code"], one["applies"], one["reason"]) for one in cart["promotions"]]


async def test_a_code_that_takes_something_off_applies(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    await offered(world, code="SPRING")

    cart = await opened(api, line(await shop.product()), promotion_codes=["spring"])

    assert stands(cart) == [("SPRING", True, None)]
    assert stands(await looked_at(api, cart)) == stands(cart)


async def test_one_that_was_used_up_says_so(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase = await shop.product()
    await offered(world, code="LAST", max_uses=1)
    cart, second = [await opened(api, line(vase), promotion_codes=["LAST"]) for _ in range(2)]
    assert stands(second) == [("LAST", True, None)]

    good(await pay(api, await handed_over(api, cart)))

    shown = await looked_at(api, second)
    assert stands(shown) == [("LAST", False, "used_up")]
    assert (shown["discounts"], shown["amount_discount"]) == ([], 0)
    listed = good(await api.get("/v1/carts", params={"status": "open"}), 200)["data"]
    assert [stands(one) for one in listed] == [[("LAST", False, "used_up")]]


async def test_one_that_does_not_run_says_so(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    now = await shop.till.now()
    await offered(world, code="SOON", starts_at=now + timedelta(days=1))
    past = {"starts_at": now - timedelta(days=2), "ends_at": now - timedelta(days=1)}
    await offered(world, code="PAST", **past)
    off = await offered(world, code="OFF")
    await world.do(lambda tx: change_promotion(tx, off.id, PromotionChanges(is_active=False)))

    cart = await opened(api, line(await shop.product()), promotion_codes=["SOON", "PAST", "OFF"])

    assert stands(cart) == [
        ("SOON", False, "not_begun"),
        ("PAST", False, "ended"),
        ("OFF", False, "inactive"),
    ]


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        ({"amount_minor": 100, "currency": "USD"}, "other_currency"),
        ({"amount_minor": 100, "currency": "EUR", "minimum_minor": 2001}, "below_minimum"),
        ({"amount_minor": 100, "currency": "EUR", "minimum_minor": 2000}, None),
        ({"percentage": Decimal("0.001")}, "nothing_to_take"),
    ],
)
async def test_one_that_runs_and_does_not_fit_says_why(
    shop: Shop, api: httpx.AsyncClient, world: World, *, wanted: dict[str, Any], reason: str | None
) -> None:
    await offered(world, code="ONE", **wanted)

    cart = await opened(api, line(await shop.product("10.00"), 2), promotion_codes=["ONE"])

    assert stands(cart) == [("ONE", reason is None, reason)]


async def test_one_for_other_products_or_beside_a_better_one(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    vase, bulb = await shop.product("10.00"), await shop.product("0.50", name="Bulb")
    offer = await shop.offer(bulb)
    assert offer is not None
    await offered(world, code="BULBS", product_ids=[offer.product_id])
    await offered(world, code="HALF", percentage=Decimal(50))
    await offered(world, code="TENTH")

    cart = await opened(api, line(vase), promotion_codes=["BULBS", "HALF", "TENTH"])

    assert stands(cart) == [
        ("BULBS", False, "other_products"),
        ("HALF", True, None),
        ("TENTH", False, "outdone"),
    ]


async def test_in_an_empty_cart_there_is_nothing_to_take(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    await offered(world, code="SPRING")
    empty = await opened(api, promotion_codes=["SPRING"])
    await opened(api, line(await shop.product()))

    assert stands(empty) == [("SPRING", False, "nothing_to_take")]
    listed = good(await api.get("/v1/carts"), 200)["data"]
    assert [stands(one) for one in listed] == [[], stands(empty)]
