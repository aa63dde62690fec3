"""Limits of promotions: held, used, let go, and never beyond."""

import asyncio

import asyncpg
import pytest

from guilder.checkout.promotions import (
    PromotionNeedsCustomer,
    PromotionNotFound,
    PromotionNotRunning,
    PromotionUsedUp,
    release,
)
from guilder.checkout.promotions.promotion import PromotionChanges
from guilder.checkout.promotions.promotions import LimitTooLow, change_promotion
from tests.checkout.promotions.offers import (
    again,
    held,
    holding,
    offered,
    released,
    statuses,
    used,
    wants,
)
from tests.race import race
from tests.world import World


async def test_a_use_is_held_and_then_used(world: World) -> None:
    promotion = await offered(world, max_uses=2)
    one = wants(promotion)

    assert await held(world, one) == [None]
    assert (await again(world, promotion)).uses == 1
    await used(world, one)
    await used(world, one)

    assert (await again(world, promotion)).uses == 1
    assert await statuses(world, promotion) == [("used", None)]


async def test_the_last_use_is_given_once(world: World) -> None:
    promotion = await offered(world, code="LAST", max_uses=2)

    first, second, third = await held(world, *(wants(promotion) for _ in range(3)))

    assert (first, second) == (None, None)
    assert isinstance(third, PromotionUsedUp)
    assert third.details == {
        "promotion_id": promotion.id, "promotion_code": "LAST", "per_customer": False,
    }  # fmt: skip


async def test_what_is_released_is_there_for_others(world: World) -> None:
    promotion = await offered(world, max_uses=1)
    one, another = wants(promotion), wants(promotion)
    await held(world, one)
    await released(world, one)
    await released(world, one)

    assert (await again(world, promotion)).uses == 0
    assert await held(world, another) == [None]
    await released(world, one)

    assert (await again(world, promotion)).uses == 1


async def test_what_was_used_is_not_released(world: World) -> None:
    promotion = await offered(world, max_uses=1)
    one = wants(promotion)
    await held(world, one)
    await used(world, one)
    await released(world, one)

    assert await statuses(world, promotion) == [("used", None)]
    assert (await again(world, promotion)).uses == 1


async def test_a_late_payment_uses_what_was_promised_even_if_another_has_it_now(
    world: World,
) -> None:
    promotion = await offered(world, max_uses=1, max_uses_per_customer=1)
    late, another = wants(promotion, buyer="ada"), wants(promotion, buyer="ada")
    await held(world, late)
    await released(world, late)
    await held(world, another)
    await used(world, late, another)

    assert await statuses(world, promotion) == [("used", None), ("used", 1)]
    assert (await again(world, promotion)).uses == 1


async def test_a_late_payment_counts_where_there_is_room(world: World) -> None:
    promotion = await offered(world, max_uses=2)
    late = wants(promotion)
    await held(world, late)
    await released(world, late)
    await used(world, late)

    assert (await again(world, promotion)).uses == 1


async def test_each_customer_has_as_many_as_the_limit(world: World) -> None:
    promotion = await offered(world, max_uses_per_customer=2)
    ada = [wants(promotion, buyer="ada") for _ in range(3)]

    assert [type(one) for one in await held(world, *ada)] == [type(None)] * 2 + [PromotionUsedUp]
    assert await held(world, wants(promotion, buyer="bob")) == [None]
    (refused,) = await held(world, wants(promotion, buyer="ada"))
    assert isinstance(refused, PromotionUsedUp)
    assert refused.per_customer

    await released(world, ada[0])
    assert await held(world, wants(promotion, buyer="ada")) == [None]
    assert await statuses(world, promotion) == [
        ("released", 1), ("held", 2), ("held", 1), ("held", 1),
    ]  # fmt: skip


async def test_a_limit_for_each_customer_asks_who_it_is(world: World) -> None:
    promotion = await offered(world, max_uses_per_customer=1)

    (refused,) = await held(world, wants(promotion))

    assert isinstance(refused, PromotionNeedsCustomer)
    assert await statuses(world, promotion) == []


async def test_a_checkout_has_all_that_it_wants_or_nothing(world: World) -> None:
    plenty, scarce = await offered(world, max_uses=5), await offered(world, max_uses=1)
    await held(world, wants(scarce))

    refused, one = await held(world, wants(plenty, scarce), wants(plenty, plenty))

    assert (type(refused), one) == (PromotionUsedUp, None)
    assert (await again(world, plenty)).uses == 1
    assert await statuses(world, scarce) == [("held", None)]


async def test_nothing_wanted_is_nothing_held(world: World) -> None:
    assert await held(world, wants(), wants()) == [None, None]
    await used(world)
    await released(world)
    await used(world, wants())
    await released(world, wants())


async def test_only_what_runs_is_held(world: World, other: World) -> None:
    stopped = await offered(world, is_active=False)
    foreign = await offered(other)

    first, second = await held(world, wants(stopped), wants(foreign))

    assert isinstance(first, PromotionNotRunning)
    assert isinstance(second, PromotionNotFound)


async def test_a_promotion_without_limits_counts_its_uses_all_the_same(world: World) -> None:
    promotion = await offered(world)
    one, another = wants(promotion), wants(promotion)
    await held(world, one, another)
    await released(world, another)

    assert (await again(world, promotion)).uses == 1


async def test_the_database_refuses_one_use_too_many(world: World) -> None:
    promotion = await offered(world, max_uses=1, max_uses_per_customer=1)
    await held(world, wants(promotion, buyer="ada"))

    with pytest.raises(asyncpg.CheckViolationError):
        async with world.tx() as tx:
            await tx.fetch("update checkout.promotion set uses = 2 where id = $1", promotion.id)
    with pytest.raises(asyncpg.UniqueViolationError):
        async with world.tx() as tx:
            await tx.fetch(
                "insert into checkout.redemption (promotion_id, holder_id, buyer, ordinal)"
                " values ($1, gen_random_uuid(), 'ada', 1)",
                promotion.id,
            )


async def test_what_a_promotion_takes_off_never_changes(world: World) -> None:
    promotion = await offered(world, code="TEN")

    for change in ("percentage = 20", "code = 'TWENTY'", "starts_at = now()", "product_ids = '[]'"):
        with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
            async with world.tx() as tx:
                await tx.fetch(
                    f"update checkout.promotion set {change} where id = $1", promotion.id
                )


async def test_of_two_who_want_the_last_use_at_once_one_has_it(world: World) -> None:
    promotion = await offered(world, max_uses=1)

    first, late = await race(world, holding(wants(promotion)), holding(wants(promotion)))

    assert (first, [type(one) for one in late]) == ([None], [PromotionUsedUp])


async def test_of_two_checkouts_of_one_customer_at_once_one_has_the_only_use(
    world: World,
) -> None:
    promotion = await offered(world, max_uses_per_customer=1)
    one, another = (wants(promotion, buyer="ada") for _ in range(2))

    first, late = await race(world, holding(one), holding(another))

    assert (first, [type(one) for one in late]) == ([None], [PromotionUsedUp])


async def test_sixteen_want_the_last_use_and_one_has_it(world: World) -> None:
    promotion = await offered(world, max_uses=3)
    await held(world, wants(promotion), wants(promotion))

    outcomes = await asyncio.gather(*(held(world, wants(promotion)) for _ in range(16)))

    assert (
        sorted(type(one).__name__ for (one,) in outcomes) == ["NoneType"] + ["PromotionUsedUp"] * 15
    )
    assert (await again(world, promotion)).uses == 3


async def test_several_promotions_are_taken_in_any_order_without_a_deadlock(world: World) -> None:
    one, two = await offered(world, max_uses=40), await offered(world, max_uses=40)

    outcomes = await asyncio.gather(
        *(held(world, wants(*((one, two) if place % 2 else (two, one)))) for place in range(16))
    )

    assert outcomes == [[None]] * 16
    assert [(await again(world, each)).uses for each in (one, two)] == [16, 16]


async def test_nobody_waits_for_a_promotion_without_limits(world: World) -> None:
    promotion = await offered(world)

    async with world.tx() as tx:
        assert await holding(wants(promotion))(tx) == [None]
        assert await held(world, wants(promotion)) == [None]

    assert len(await statuses(world, promotion)) == 2


async def test_a_use_that_is_let_go_meanwhile_goes_to_who_waits(world: World) -> None:
    promotion = await offered(world, max_uses=1)
    one = wants(promotion)
    await held(world, one)

    _, late = await race(world, lambda tx: release(tx, [one.holder_id]), holding(wants(promotion)))

    assert late == [None]


def limiting(promotion_id: object, most: int):
    return lambda tx: change_promotion(tx, promotion_id, PromotionChanges(max_uses=most))


async def test_a_limit_that_comes_later_counts_what_is_held_at_that_moment(world: World) -> None:
    """Uses of a promotion without limits are not counted, so the limit waits for them."""
    promotion = await offered(world)

    _, changed = await race(world, holding(wants(promotion)), limiting(promotion.id, 2))

    assert (changed.max_uses, changed.uses) == (2, 1)


async def test_who_waits_for_a_limit_is_bound_by_it(world: World) -> None:
    promotion = await offered(world)
    await held(world, wants(promotion))

    _, late = await race(world, limiting(promotion.id, 1), holding(wants(promotion)))

    assert [type(one) for one in late] == [PromotionUsedUp]
    assert (await again(world, promotion)).uses == 1


async def test_a_limit_is_never_below_what_is_used(world: World) -> None:
    promotion = await offered(world)
    await held(world, wants(promotion), wants(promotion))

    with pytest.raises(LimitTooLow) as refused:
        await world.do(limiting(promotion.id, 1))

    assert refused.value.uses == 2
    assert (await world.do(limiting(promotion.id, 2))).uses == 2


async def test_a_limit_for_each_customer_that_comes_later_counts_earlier_uses(
    world: World,
) -> None:
    promotion = await offered(world)
    await held(world, wants(promotion, buyer="ada"))
    changes = PromotionChanges(max_uses_per_customer=1)
    await world.do(lambda tx: change_promotion(tx, promotion.id, changes))

    (refused,) = await held(world, wants(promotion, buyer="ada"))

    assert isinstance(refused, PromotionUsedUp)
