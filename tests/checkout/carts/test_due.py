"""Once a minute the tenants are found whose carts were left, or have come to their end."""

from datetime import timedelta

import httpx
import pytest

from guilder.checkout.carts.ends import (
    EVERY_MINUTE,
    FindDueCarts,
    LookAtCarts,
    find_due_carts,
    tenants_of_due_carts,
)
from guilder.checkout.manifest import MANIFEST
from guilder.checkout.settings import DEFAULTS
from guilder.db import STATEMENTS, system_transaction
from guilder.jobs import Cron
from guilder.kernel import TenantId
from tests.checkout.buying import good, handed_over, line, opened, pay
from tests.checkout.carts.test_ends import LEFT, MANY, OVER
from tests.checkout.shop import Shop


async def due(shop: Shop) -> bool:
    """Whether the tenant is among those that are found, one by one."""
    found: list[TenantId] = []
    while True:
        async with system_transaction(shop.world.pool) as tx:
            page = await tenants_of_due_carts(
                tx,
                abandoned_minutes=DEFAULTS.abandoned_minutes,
                after_tenant=found[-1] if found else None,
                most=1,
            )
        if not page:
            assert found == sorted(set(found))
            return shop.world.tenant_id in found
        found += page


async def test_a_tenant_is_found_by_what_is_due(shop: Shop, api: httpx.AsyncClient) -> None:
    cart, other = await opened(api, line(await shop.product())), await opened(api)
    assert not await due(shop)

    await shop.owner.execute(LEFT, cart["id"])
    assert await due(shop)
    await shop.sells_by(abandoned_minutes=120)
    assert not await due(shop)
    await shop.owner.execute(OVER, other["id"])
    assert await due(shop)


async def test_what_was_ordered_is_not_due(shop: Shop, api: httpx.AsyncClient) -> None:
    cart = await opened(api, line(await shop.product()))
    good(await pay(api, await handed_over(api, cart)))
    for sql in (LEFT, OVER):
        await shop.owner.execute(sql, cart["id"])

    assert not await due(shop)


async def test_opening_a_cart_enqueues_nothing(shop: Shop, api: httpx.AsyncClient) -> None:
    await opened(api, line(await shop.product()))

    assert LookAtCarts.name not in await shop.till.waiting_jobs()


async def test_the_job_has_carts_looked_at_where_it_is_time(
    shop: Shop, api: httpx.AsyncClient
) -> None:
    (handler,) = [one for one in MANIFEST.handlers if one.job is FindDueCarts]
    assert handler.run is find_due_carts
    await opened(api, line(await shop.product()))
    await find_due_carts(shop.world.pool, None, FindDueCarts())
    assert LookAtCarts.name not in await shop.till.waiting_jobs()

    cart = await opened(api, line(await shop.product()))
    await shop.owner.execute(LEFT, cart["id"])
    for _ in range(2):
        await find_due_carts(shop.world.pool, None, FindDueCarts())

    assert (await shop.till.waiting_jobs()).count(LookAtCarts.name) == 1


async def test_it_recurs_every_minute(shop: Shop) -> None:
    cron = Cron.parse(EVERY_MINUTE.cron, EVERY_MINUTE.zone)
    now = await shop.till.now()

    assert EVERY_MINUTE in MANIFEST.schedules
    assert cron.after(now) - now <= timedelta(minutes=1)


async def test_tenants_are_found_by_an_index_however_many_carts_they_have(shop: Shop) -> None:
    """What looks across tenants is a definer function: its parts are explained as it runs them."""
    await shop.owner.execute(MANY, shop.world.tenant_id, timedelta(days=-1), timedelta(0), 4000)
    await shop.owner.execute("analyze checkout.cart")
    reads = "select idx_scan, seq_scan from pg_stat_xact_user_tables where relid = $1::regclass"

    async with shop.owner.transaction():
        await shop.owner.execute("set local guilder.tenant = ''")
        before = await shop.owner.fetchrow(reads, "checkout.cart")
        await shop.owner.fetch("select checkout.tenants_of_due_carts(60, null, 500)")
        after = await shop.owner.fetchrow(reads, "checkout.cart")

    assert after["seq_scan"] == before["seq_scan"]
    assert after["idx_scan"] > before["idx_scan"]


@pytest.mark.parametrize(
    ("name", "index"), [("lock_over_carts", "cart_expiry"), ("lock_idle_carts", "cart_idle")]
)
async def test_due_carts_are_found_by_an_index(shop: Shop, name: str, index: str) -> None:
    await shop.owner.execute(MANY, shop.world.tenant_id, timedelta(days=-1), timedelta(0), 4000)
    await shop.owner.execute("analyze checkout.cart")
    (statement,) = [one for one in STATEMENTS if one.name == name]
    given = {"tenant_id": shop.world.tenant_id, "abandoned_minutes": 60, "most": 200}
    text, params = statement.text(frozenset())

    async with shop.world.tx() as tx:
        rows = await tx.fetch(f"explain {text}", *[given[param] for param in params])

    assert index in "\n".join(row[0] for row in rows)
