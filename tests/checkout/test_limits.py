"""Limits: each stands in one place, and the database has the same."""

from typing import Any

import asyncpg
import httpx
import pytest

from guilder.checkout.limits import (
    LONGEST_CODE,
    LONGEST_URL,
    MOST_CODES,
    MOST_LINES,
    MOST_PIECES,
)
from guilder.kernel import MOST_KEYS
from tests.checkout.buying import (
    added,
    asked_for,
    changed,
    good,
    line,
    looked_at,
    merged,
    opened,
)
from tests.checkout.promotions.offers import offered
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World

KEYS = {f"key {number}": number for number in range(MOST_KEYS)}


def test_what_callers_were_told() -> None:
    assert (MOST_LINES, MOST_PIECES, MOST_CODES, MOST_KEYS) == (200, 1_000_000, 10, 50)


async def test_the_database_has_the_same(shop: Shop) -> None:
    cart = await shop.cart((await shop.product(), 1))
    session = await shop.checkout(cart)

    async def fits(sql: str, *given: Any) -> bool:
        transaction = shop.owner.transaction()
        await transaction.start()
        try:
            await shop.owner.execute(sql, *given)
        except asyncpg.CheckViolationError:
            return False
        finally:
            await transaction.rollback()
        return True

    pieces = "update checkout.cart_line set quantity = $2 where cart_id = $1"
    assert await fits(pieces, cart.id, MOST_PIECES)
    assert not await fits(pieces, cart.id, MOST_PIECES + 1)
    code = "insert into checkout.promotion (tenant_id, code, name, kind, percentage)"
    code += " values ($1, repeat('x', $2), 'Long', 'percentage', 1)"
    assert await fits(code, shop.world.tenant_id, LONGEST_CODE)
    assert not await fits(code, shop.world.tenant_id, LONGEST_CODE + 1)
    columns = "id, cart_id, order_id, currency, total_minor, snapshot, snapshot_hash, buyer, token,"
    columns += " cancel_url, metadata, expires_at, key_id, created_by"
    for url in ("success_url", "cancel_url"):
        others = ", ".join(
            one.strip() for one in columns.split(",") if one.strip() not in {"id", "order_id", url}
        )
        copied = (
            f"insert into checkout.session (tenant_id, {url}, {others})"
            f" select tenant_id, repeat('x', $2), {others} from checkout.session where id = $1"
        )
        assert await fits(copied, session.id, LONGEST_URL)
        assert not await fits(copied, session.id, LONGEST_URL + 1)


async def test_an_address_of_the_shop_has_its_length(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))
    url = "https://shop.example/".ljust(LONGEST_URL, "x")

    problem(await asked_for(api, cart, success_url=f"{url}x"), 422, "invalid_request")
    assert good(await asked_for(api, cart, success_url=url))["success_url"] == url


async def test_carts_have_so_many_codes_together_too(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    codes = [f"CODE{number}" for number in range(MOST_CODES + 1)]
    for code in codes:
        await offered(world, code=code)
    vase = await shop.product()
    cart = await opened(api, line(vase), promotion_codes=codes[1:])
    other = await opened(api, line(vase), promotion_codes=codes[:1])

    told = problem(await merged(api, cart, other), 422, "too_many_codes")

    assert told["maximum"] == MOST_CODES
    problem(await changed(api, cart, promotion_codes=codes), 422, "invalid_request")
    assert [await looked_at(api, one) for one in (cart, other)] == [cart, other]
    good(await changed(api, cart, promotion_codes=codes[2:]), 200)
    assert good(await merged(api, cart, other))["promotion_codes"] == [*codes[2:], codes[0]]


@pytest.mark.parametrize("of_line", [False, True])
async def test_carts_have_so_much_metadata_together_too(
    shop: Shop, api: httpx.AsyncClient, *, of_line: bool
) -> None:
    vase = line(await shop.product())

    async def told(metadata: dict[str, Any]) -> dict[str, Any]:
        if of_line:
            return await opened(api, vase | {"metadata": metadata})
        return await opened(api, vase, metadata=metadata)

    cart, other, same = await told(KEYS), await told({"one more": 1}), await told({"key 7": 1})

    refused = problem(await merged(api, cart, other), 422, "too_much_metadata")

    assert refused["maximum"] == MOST_KEYS
    assert [await looked_at(api, one) for one in (cart, other)] == [cart, other]
    good(await merged(api, cart, same))


async def test_a_line_does_not_gather_metadata(shop: Shop, api: httpx.AsyncClient) -> None:
    vase = line(await shop.product())
    cart = await opened(api, vase | {"metadata": KEYS})

    more = vase | {"metadata": {"one more": 1}}
    problem(await added(api, cart, more), 422, "too_much_metadata")
    asked = {"currency": "EUR", "lines": [vase | {"metadata": KEYS}, more]}
    problem(await api.post("/v1/carts", json=asked), 422, "too_much_metadata")

    assert await looked_at(api, cart) == cart
