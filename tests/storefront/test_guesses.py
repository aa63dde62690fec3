"""Who guesses at promotion codes has to wait, whatever they ask, and who has one does not."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from guilder.identity import Brake
from guilder.identity.brakes import PACES
from tests.checkout.buying import Shown, good, line
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.storefront.pages import changed, opened, page_of
from tests.world import World

FREE = PACES[Brake.CODE].free
FREE_THERE = PACES[Brake.CODE_PLACE].free
AN_HOUR = "update identity.brake set open_at = open_at + interval '1 hour'"
"""Whoever has to wait by now has to wait longer than a slow machine takes."""


@pytest.fixture(autouse=True)
async def spring(api: httpx.AsyncClient) -> None:
    """The one code that there is."""
    wanted = {"name": "Spring", "code": "SPRING", "percentage": "10"}
    good(await api.post("/v1/promotions", json=wanted))


async def cart_kept_waiting(shop: Shop, cart: Shown) -> None:
    """All further guesses for this cart come too soon."""
    where = "where kind = 'code' and key_hash = sha256(convert_to($1, 'utf8'))"
    assert await shop.owner.execute(f"{AN_HOUR} {where}", cart["id"]) == "UPDATE 1"


async def place_kept_waiting(shop: Shop, *, address: str = "127.0.0.1") -> None:
    """All further guesses from there come too soon in this shop."""
    where = "where kind = 'code_place' and key_hash = sha256(convert_to($1, 'utf8'))"
    name = f"{shop.world.tenant_id} {address}"
    assert await shop.owner.execute(f"{AN_HOUR} {where}", name) == "UPDATE 1"


async def guess(page: httpx.AsyncClient, cart: Shown, *codes: str) -> httpx.Response:
    return await changed(page, cart, promotion_codes=codes or ["AUTUMN"])


async def open_with(page: httpx.AsyncClient, code: str, key: str | None = None) -> httpx.Response:
    wanted = {"currency": "EUR", "promotion_codes": [code]}
    headers = {"idempotency-key": key} if key else {}
    return await page.post("/v1/storefront/carts", json=wanted, headers=headers)


def braked(answer: httpx.Response) -> None:
    document: dict[str, Any] = problem(answer, 429, "too_many_attempts")
    assert answer.headers["retry-after"] == str(document["retry_after"])
    assert document["retry_after"] > 3000


async def test_who_guesses_for_one_cart_has_to_wait_and_may_do_all_else(
    page: httpx.AsyncClient, shop: Shop
) -> None:
    cart, other = await opened(page, line(await shop.product())), await opened(page)
    for _ in range(FREE + 1):
        problem(await guess(page, cart), 404, "promotion_not_found")
    await cart_kept_waiting(shop, cart)

    braked(await guess(page, cart))
    braked(await guess(page, cart, "SPRING"))
    good(await changed(page, cart, email="ada@example.com"), 200)
    good(await changed(page, cart, promotion_codes=[]), 200)
    good(await guess(page, other, "SPRING"), 200)


async def test_what_a_cart_has_already_is_no_guess(page: httpx.AsyncClient, shop: Shop) -> None:
    cart = await opened(page, line(await shop.product()))
    good(await guess(page, cart, "SPRING"), 200)
    for _ in range(FREE):
        problem(await guess(page, cart, "SPRING", "AUTUMN"), 404, "promotion_not_found")
    await cart_kept_waiting(shop, cart)

    kept = good(await guess(page, cart, "spring"), 200)

    assert [one["code"] for one in kept["promotions"]] == ["SPRING"]


async def test_codes_that_hold_are_not_counted(page: httpx.AsyncClient, shop: Shop) -> None:
    cart = await opened(page)
    for _ in range(FREE + 2):
        good(await guess(page, cart, "SPRING"), 200)
        good(await changed(page, cart, promotion_codes=[]), 200)
    for _ in range(FREE_THERE + 2):
        good(await open_with(page, "SPRING"))

    counted = await shop.owner.fetch(
        "select attempts from identity.brake where key_hash = any($1)",
        [
            await shop.owner.fetchval("select sha256(convert_to($1, 'utf8'))", name)
            for name in (cart["id"], f"{shop.world.tenant_id} 127.0.0.1")
        ],
    )
    assert [row["attempts"] for row in counted] == [1, 1]


async def test_whatever_else_is_wrong_is_no_guess(page: httpx.AsyncClient) -> None:
    cart = await opened(page)
    nowhere = str(UUID(int=0))
    for _ in range(FREE + 2):
        wrong = await changed(page, cart, promotion_codes=["SPRING"], shipping_option_id=nowhere)
        problem(wrong, 404, "shipping_option_not_found")

    good(await guess(page, cart, "SPRING"), 200)


async def test_who_takes_a_new_cart_for_each_guess_has_to_wait_too(
    page: httpx.AsyncClient, shop: Shop, other: World
) -> None:
    """Whether they bring the code with the cart or tell it then; other shops are not concerned."""
    carts = [await opened(page) for _ in range(3)]
    for attempt in range(FREE_THERE + 1):
        wrong = (
            await guess(page, carts[attempt % 3])
            if attempt < 3 * FREE
            else await open_with(page, "AUTUMN")
        )
        problem(wrong, 404, "promotion_not_found")
    await place_kept_waiting(shop)

    braked(await open_with(page, "SPRING"))
    braked(await guess(page, await opened(page), "SPRING"))
    async with page_of(other) as elsewhere:
        problem(await open_with(elsewhere, "SPRING"), 404, "promotion_not_found")


async def test_guesses_at_once_are_counted_one_by_one_and_hold_up_no_other_cart(
    page: httpx.AsyncClient, shop: Shop
) -> None:
    for _ in range(FREE_THERE + 1):
        problem(await open_with(page, "AUTUMN"), 404, "promotion_not_found")
    await place_kept_waiting(shop)

    answers = await asyncio.gather(
        *(open_with(page, "SPRING", key=f"{at:032}") for at in range(5)), opened(page)
    )

    for answer in answers[:-1]:
        braked(answer)
    assert answers[-1]["status"] == "open"


async def test_who_had_to_wait_may_send_the_same_request_again(
    page: httpx.AsyncClient, shop: Shop
) -> None:
    for _ in range(FREE_THERE + 1):
        await open_with(page, "AUTUMN")
    await place_kept_waiting(shop)
    key = "k" * 32
    braked(await open_with(page, "SPRING", key=key))
    await shop.owner.execute(
        "update identity.brake set open_at = now() where kind = 'code_place'"
        " and key_hash = sha256(convert_to($1, 'utf8'))",
        f"{shop.world.tenant_id} 127.0.0.1",
    )

    assert good(await open_with(page, "SPRING", key=key))["promotions"][0]["code"] == "SPRING"
