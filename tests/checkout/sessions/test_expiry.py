"""Expiry: a handoff is useless one instant after its end, whoever has looked at it by then."""

from datetime import timedelta

import asyncpg
import httpx
import pytest

from guilder.checkout.sessions.expiry import STRETCH, ExpireCheckouts, expire
from tests.checkout.buying import (
    asked_for,
    checkout_of,
    good,
    handed_over,
    line,
    opened,
    over,
    pay,
    seen,
    soon,
)
from tests.checkout.shop import Shop
from tests.http.documents import problem

PRESERVED = {
    "id": "kernel.uuid7()",
    "cart_id": "kernel.uuid7()",
    "order_id": "kernel.uuid7()",
    "customer_id": "kernel.uuid7()",
    "price_id": "kernel.uuid7()",
    "currency": "'USD'",
    "total_minor": "1",
    "snapshot": "'{}'",
    "snapshot_hash": "repeat('0', 64)",
    "buyer": "'{}'",
    "key_id": "kernel.uuid7()",
    "token": "'mine'",
    "success_url": "'https://evil.example'",
    "cancel_url": "'https://evil.example'",
    "metadata": """'{"a": 1}'""",
    "created_by": "'me'",
    "expires_at": "session.expires_at + interval '1 hour'",
    "created_at": "now()",
}


async def closed(shop: Shop) -> None:
    """The job is done twice, as any job may be."""
    for _ in range(2):
        await shop.world.do(lambda tx: expire(tx, ExpireCheckouts()))


@pytest.mark.parametrize("column", PRESERVED)
async def test_what_a_handoff_says_never_changes(shop: Shop, column: str) -> None:
    """The database refuses, whoever asks."""
    cart = await shop.cart((await shop.product(), 1), customer_id=await shop.customer())
    session = await shop.checkout(cart)
    change = f"update checkout.session set {column} = {PRESERVED[column]} where id = $1"

    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        async with shop.world.tx() as tx:
            await tx.fetch(change, session.id)
    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        await shop.owner.execute(change, session.id)


async def test_a_handoff_is_not_deleted(shop: Shop) -> None:
    session = await shop.checkout(await shop.cart((await shop.product(), 1)))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shop.world.tx() as tx:
            await tx.fetch("delete from checkout.session where id = $1", session.id)


async def test_a_handoff_whose_time_is_over_is_worth_nothing_before_the_job_came(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase = await shop.product("10.00", stock=5)
    end = await soon(shop)
    checkout = await checkout_of(api, line(vase, 2), expires_at=end.isoformat())
    assert checkout["status"] == "open"

    await over(shop, checkout)

    assert (await seen(api, checkout))["status"] == "expired"
    told = problem(await pay(api, checkout), 409, "checkout_closed")
    assert told["checkout_status"] == "expired"
    stored = "select status from checkout.session where id = $1"
    assert await shop.owner.fetchval(stored, checkout["id"]) == "open"


async def test_the_lists_say_the_same(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, end = await shop.product("10.00"), await soon(shop)
    checkout = await checkout_of(api, line(vase), expires_at=end.isoformat())
    await over(shop, checkout)

    async def ids(status: str) -> list[str]:
        page = good(await api.get("/v1/checkouts", params={"status": status}), 200)
        return [one["id"] for one in page["data"]]

    assert await ids("open") == []
    assert await ids("expired") == [checkout["id"]]


async def test_the_job_closes_it_and_lets_its_units_go(shop: Shop, api: httpx.AsyncClient) -> None:
    vase, end = await shop.product("10.00", stock=5), await soon(shop)
    checkout = await checkout_of(api, line(vase, 2), expires_at=end.isoformat())
    lasting = await checkout_of(api, line(vase, 1))
    await over(shop, checkout)

    await closed(shop)

    assert (await seen(api, checkout))["status"] == "expired"
    assert (await seen(api, lasting))["status"] == "open"
    assert (await shop.stock(vase)).reserved == 1
    assert await shop.facts(checkout["id"]) == ["checkout.expired"]
    (seen_by,) = await shop.owner.fetch(
        "select run_at from jobs.job where tenant_id = $1 and kind = $2 and run_at < $3",
        shop.world.tenant_id,
        ExpireCheckouts.name,
        end + timedelta(minutes=5),
    )
    assert end <= seen_by["run_at"] <= end + STRETCH


async def test_units_of_an_expired_handoff_are_there_for_others(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    vase, end = await shop.product("10.00", stock=1), await soon(shop)
    checkout = await checkout_of(api, line(vase), expires_at=end.isoformat())
    cart = await opened(api, line(vase))
    problem(await asked_for(api, cart), 409, "out_of_stock")
    await over(shop, checkout)
    await closed(shop)

    good(await pay(api, await handed_over(api, cart)))


async def test_a_handoff_lives_as_long_as_the_settings_say(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    await shop.sells_by(checkout_minutes=7)

    session = await shop.checkout(await shop.cart((await shop.product(), 1)))

    assert session.expires_at - session.created_at == timedelta(minutes=7)
    cart = await opened(api, line(await shop.product()))
    for offset in (timedelta(0), timedelta(seconds=-1), timedelta(days=1, minutes=1)):
        wanted = (await shop.till.now() + offset).isoformat()
        refused = await asked_for(api, cart, expires_at=wanted)
        problem(refused, 422, "checkout_expiry_not_valid")
