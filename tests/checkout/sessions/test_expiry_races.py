"""Expiry beside those who pay: carts are held first, in one order, so nobody waits for ever."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from guilder.checkout.purchases.purchases import NewPurchase, lock_checkouts, purchase
from guilder.checkout.sessions import Session
from guilder.checkout.sessions.expiry import ExpireCheckouts, expire
from tests.checkout.shop import Shop
from tests.payments.till import VISA
from tests.race import is_held_up, race
from tests.world import DEADLINE_SECONDS, eventually


async def ending(shop: Shop, *milliseconds: int) -> list[Session]:
    """Checkouts of carts that were opened one after the other, whose ends have come."""
    vase = await shop.product("10.00", stock=9)
    carts = [await shop.cart((vase, 1)) for _ in milliseconds]
    now = await shop.till.now()
    sessions = [
        await shop.checkout(cart, expires_at=now + timedelta(milliseconds=each))
        for cart, each in zip(carts, milliseconds, strict=True)
    ]

    async def have_ended() -> bool:
        return await shop.till.now() > now + timedelta(milliseconds=max(milliseconds))

    await eventually(have_ended)
    return sessions


async def test_who_pays_two_does_not_wait_for_whoever_closes_them(shop: Shop) -> None:
    """The second ends first: whoever closed in the order of ends would hold it by then."""
    first, second = await ending(shop, 900, 600)
    is_held, may_go_on = asyncio.Event(), asyncio.Event()

    async def holds_both() -> int:
        async with shop.world.tx() as tx:
            await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=[first.id])
            is_held.set()
            await may_go_on.wait()
            return len(await lock_checkouts(tx, tenant_id=tx.tenant_id, ids=[second.id]))

    async def closes() -> None:
        await is_held.wait()
        async with shop.world.tx() as tx:
            (backend,) = await tx.fetch("select pg_backend_pid() as pid")
            acting = asyncio.create_task(expire(tx, ExpireCheckouts()))
            await eventually(lambda: is_held_up(shop.world, backend["pid"]))
            may_go_on.set()
            await acting

    async with asyncio.timeout(2 * DEADLINE_SECONDS):
        held, _ = await asyncio.gather(holds_both(), closes())

    assert held == 1
    statuses = "select distinct status from checkout.session where tenant_id = $1"
    assert await shop.owner.fetchval(statuses, shop.world.tenant_id) == "expired"


@pytest.mark.parametrize("is_paid_first", [True, False])
async def test_one_that_is_paid_in_its_last_moment_is_paid_or_over(
    shop: Shop, *, is_paid_first: bool
) -> None:
    """By the time of who pays: it is an order, or it is closed, and never both."""
    vase = await shop.product("10.00", stock=5)
    end = await shop.till.now() + timedelta(milliseconds=700)
    session = await shop.checkout(await shop.cart((vase, 2)), expires_at=end)
    new = NewPurchase(checkout_id=session.id, payment_method=VISA)

    async def pays(tx: Any) -> Any:
        return await purchase(tx, shop.world.system.numbers, [new])

    async def closes(tx: Any) -> None:
        await expire(tx, ExpireCheckouts())

    async def is_over() -> bool:
        return await shop.till.now() > end

    if is_paid_first:
        outcome = await shop.world.do(pays)
        await eventually(is_over)
        await shop.world.do(closes)
    else:
        await eventually(is_over)
        _, outcome = await race(shop.world, closes, pays)

    (one,) = outcome
    assert hasattr(one, "order") == is_paid_first
    stock = await shop.stock(vase)
    assert (stock.on_hand, stock.reserved) == (3 if is_paid_first else 5, 0)
