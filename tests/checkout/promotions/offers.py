"""Promotions of a test, and checkouts that want to use them."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from guilder.checkout.promotions import Promotion, Use, hold, release, use
from guilder.checkout.promotions.promotions import (
    NewPromotion,
    create_promotion,
    promotion_by_id,
    with_uses,
)
from guilder.db import Tx
from guilder.kernel import Problem
from tests.world import World

Verb = Callable[[Tx], Awaitable[Any]]


async def offered(world: World, **wanted: Any) -> Promotion:
    """A promotion of ten percent, or what is wanted."""
    if "amount_minor" not in wanted:
        wanted.setdefault("percentage", Decimal(10))
    new = NewPromotion(name="Spring", **wanted)
    return await world.do(lambda tx: create_promotion(tx, new))


async def again(world: World, promotion: Promotion) -> Promotion:
    """How a promotion stands now."""

    async def look(tx: Tx) -> Promotion:
        (found,) = await with_uses(tx, [await promotion_by_id(tx, promotion.id)])
        return found

    return await world.do(look)


def wants(*promotions: Promotion, buyer: str | None = None, holder: UUID | None = None) -> Use:
    """What one checkout wants."""
    return Use(
        holder_id=holder or uuid4(), promotion_ids=[one.id for one in promotions], buyer=buyer
    )


async def held(world: World, *uses: Use) -> list[Problem | None]:
    """What comes of it when these ask at once."""
    return await world.do(lambda tx: hold(tx, uses))


def holding(use: Use) -> Verb:
    """The verb by which one checkout holds."""
    return lambda tx: hold(tx, [use])


async def used(world: World, *uses: Use) -> None:
    """These were paid."""
    await world.do(lambda tx: use(tx, [one.holder_id for one in uses]))


async def released(world: World, *uses: Use) -> None:
    """These came to nothing."""
    await world.do(lambda tx: release(tx, [one.holder_id for one in uses]))


async def statuses(world: World, promotion: Promotion) -> list[tuple[str, int | None]]:
    """Every use of a promotion, with its number."""
    async with world.tx() as tx:
        rows = await tx.fetch(
            "select status, ordinal from checkout.redemption where promotion_id = $1 order by id",
            promotion.id,
        )
    return [(row["status"], row["ordinal"]) for row in rows]
