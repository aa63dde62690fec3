"""Seed 003, one test per rule: what it says of the Checkout, in its own words.

Its organization is our tenant. A price is asked for, or the cart that it is in.
"""

from datetime import datetime
from uuid import UUID

import asyncpg
import httpx
import pytest

from guilder.checkout.sessions import SessionStatus
from guilder.checkout.sessions.expiry import ExpireCheckouts, expire
from tests.checkout.buying import (
    DECLINED,
    called_off,
    checkout_of,
    good,
    line,
    over,
    pay,
    priced,
    seen,
    soon,
)
from tests.checkout.shop import Shop
from tests.http.documents import problem
from tests.world import World

COLUMNS = """
    select attname, format_type(atttypid, atttypmod) as type, attnotnull as is_required
    from pg_attribute
    where attrelid = 'checkout.session'::regclass and attnum > 0 and not attisdropped
"""


async def test_checkout_has_the_attributes_of_the_model(
    shop: Shop, api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    columns = {name: (kind, needed) for name, kind, needed in await owner.fetch(COLUMNS)}

    wanted = {
        "id": ("uuid", True),
        "tenant_id": ("uuid", True),
        "created_by": ("text", True),
        "customer_id": ("uuid", False),
        "price_id": ("uuid", False),
        "status": ("text", True),
        "token": ("text", True),
        "expires_at": ("timestamp with time zone", True),
        "created_at": ("timestamp with time zone", True),
        "updated_at": ("timestamp with time zone", True),
        "metadata": ("jsonb", True),
    }
    assert {name: columns[name] for name in wanted} == wanted
    checkout = await checkout_of(api, line(await shop.product()), metadata={"a": {"b": [1]}})
    assert checkout.keys() >= (wanted.keys() | {"payment_url"}) - {"tenant_id"}
    assert UUID(checkout["id"])
    assert checkout["metadata"] == {"a": {"b": [1]}}
    assert datetime.fromisoformat(checkout["created_at"]) < datetime.fromisoformat(
        checkout["expires_at"]
    )


async def test_checkout_api_key_id_tells_which_key_asked_for_it(shop: Shop, world: World) -> None:
    vase, key = await shop.product(), await world.key("*")
    transport = httpx.ASGITransport(app=world.system.door())
    headers = {"authorization": f"Bearer {key.secret}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://guilder.test", headers=headers
    ) as api:
        checkout = await checkout_of(api, line(vase))

    assert str(key.key.id) in checkout["created_by"]


async def test_checkout_customer_id_is_optional(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, ada = await shop.product(), str(await shop.customer())

    nobodys = await checkout_of(api, line(vase))
    hers = await checkout_of(api, line(vase), customer_id=ada)

    assert (nobodys["customer_id"], hers["customer_id"]) == (None, ada)


async def test_checkout_is_of_one_price_id(
    shop: Shop, api: httpx.AsyncClient, world: World
) -> None:
    price = str(await priced(world, await shop.product("10.00"), "1250"))

    checkout = good(await api.post("/v1/checkouts", json={"price_id": price}))

    assert checkout["price_id"] == price
    assert [one["quantity"] for one in checkout["lines"]] == [1]
    assert checkout["amount_total"] == 1250


async def test_checkout_status_is_open_completed_expired_or_failed(
    shop: Shop, api: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    vase = await shop.product()
    assert set(SessionStatus) == {"open", "completed", "expired", "failed"}

    is_open, completed, expired, failed = [await checkout_of(api, line(vase)) for _ in range(4)]
    good(await pay(api, completed))
    good(await called_off(api, expired))
    for _ in range(10):
        problem(await pay(api, failed, DECLINED), 402, "gateway_declined")

    checkouts = (is_open, completed, expired, failed)
    shown = [(await seen(api, one))["status"] for one in checkouts]
    assert shown == ["open", "completed", "expired", "failed"]
    for final in (completed, expired, failed):
        with pytest.raises(asyncpg.CheckViolationError):
            await owner.execute(
                "update checkout.session set status = 'open', completed_at = null where id = $1",
                final["id"],
            )
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(
            "update checkout.session set status = 'paid' where id = $1", is_open["id"]
        )


async def test_checkout_payment_url_is_where_the_buyer_pays(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product()

    one, two = await checkout_of(api, line(vase)), await checkout_of(api, line(vase))

    assert one["payment_url"] == f"http://guilder.test/pay/{one['token']}"
    assert one["payment_url"] != two["payment_url"]


async def test_checkout_expires_at_is_its_end(shop: Shop, api: httpx.AsyncClient) -> None:
    end, vase = await soon(shop), await shop.product("10.00", stock=1)
    checkout = await checkout_of(api, line(vase), expires_at=end.isoformat())
    assert datetime.fromisoformat(checkout["expires_at"]) == end

    await over(shop, checkout)

    assert (await seen(api, checkout))["status"] == "expired"
    problem(await pay(api, checkout), 409, "checkout_closed")
    await shop.world.do(lambda tx: expire(tx, ExpireCheckouts()))
    assert (await shop.stock(vase)).reserved == 0
