"""Units are kept for a holder, sold or let go: all of a holder's or none."""

from uuid import uuid4

import asyncpg
import pytest

from guilder import catalog
from guilder.catalog import OutOfStock
from tests.catalog.shelf import Shelf, holding
from tests.race import race


async def test_what_is_kept_is_reserved_and_still_there(shelf: Shelf) -> None:
    vase = await shelf.variant(5)

    assert await shelf.reserve({vase: 2}) is None

    assert await shelf.numbers(vase) == (5, 2, 0)


async def test_more_than_are_left_is_refused_with_what_is_left(shelf: Shelf) -> None:
    vase = await shelf.variant(5)
    await shelf.reserve({vase: 2})

    refused = await shelf.reserve({vase: 4})

    assert isinstance(refused, OutOfStock)
    assert (refused.variant_id, refused.asked, refused.available) == (vase, 4, 3)
    assert refused.sku == (await shelf.stock(vase)).sku
    assert await shelf.numbers(vase) == (5, 2, 0)


async def test_all_of_a_holder_or_none(shelf: Shelf) -> None:
    vase, bowl = await shelf.variant(5), await shelf.variant(1)

    refused = await shelf.reserve({vase: 2, bowl: 2})

    assert refused is not None
    assert refused.variant_id == bowl
    assert await shelf.numbers(vase) == (5, 0, 0)


async def test_of_several_holders_each_is_judged_on_its_own(shelf: Shelf) -> None:
    vase = await shelf.variant(3)

    outcomes = await shelf.world.do(
        lambda tx: catalog.reserve(tx, [holding({vase: number}) for number in (2, 2, 1, 1)])
    )

    assert [outcome is None for outcome in outcomes] == [True, False, True, False]
    assert await shelf.numbers(vase) == (3, 3, 0)


async def test_asked_again_nothing_more_is_kept(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(2), uuid4()

    assert await shelf.reserve({vase: 2}, ada) is None
    assert await shelf.reserve({vase: 2}, ada) is None

    assert await shelf.numbers(vase) == (2, 2, 0)


async def test_what_is_not_counted_never_runs_out(shelf: Shelf) -> None:
    song, ada = await shelf.variant(), uuid4()

    assert await shelf.reserve({song: 10**6}, ada) is None
    assert await shelf.sell({song: 10**6}, ada) is None
    await shelf.release(ada)


async def test_what_is_kept_is_sold(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(5), uuid4()
    await shelf.reserve({vase: 2}, ada)

    assert await shelf.sell({vase: 2}, ada) is None

    assert await shelf.numbers(vase) == (3, 0, 0)


async def test_sold_twice_is_sold_once(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(5), uuid4()
    await shelf.reserve({vase: 2}, ada)
    await shelf.sell({vase: 2}, ada)

    assert await shelf.sell({vase: 2}, ada) is None
    await shelf.release(ada)

    assert await shelf.numbers(vase) == (3, 0, 0)


async def test_what_was_let_go_is_for_others(shelf: Shelf) -> None:
    vase, ada, bob = await shelf.variant(1), uuid4(), uuid4()
    await shelf.reserve({vase: 1}, ada)

    await shelf.release(ada)
    await shelf.release(ada)

    assert await shelf.numbers(vase) == (1, 0, 0)
    assert await shelf.reserve({vase: 1}, bob) is None


async def test_who_pays_too_late_may_still_find_it(shelf: Shelf) -> None:
    vase, ada, bob = await shelf.variant(1), uuid4(), uuid4()
    for holder in (ada, bob):
        await shelf.reserve({vase: 1}, holder)
        await shelf.release(holder)

    assert await shelf.sell({vase: 1}, ada) is None
    late = await shelf.sell({vase: 1}, bob)

    assert isinstance(late, OutOfStock)
    assert (late.asked, late.available) == (1, 0)
    assert await shelf.numbers(vase) == (0, 0, 0)


async def test_who_pays_too_late_does_not_take_what_others_hold(shelf: Shelf) -> None:
    vase, ada, bob = await shelf.variant(1), uuid4(), uuid4()
    await shelf.reserve({vase: 1}, ada)
    await shelf.release(ada)
    await shelf.reserve({vase: 1}, bob)

    assert isinstance(await shelf.sell({vase: 1}, ada), OutOfStock)
    assert await shelf.sell({vase: 1}, bob) is None


async def test_a_sale_takes_all_that_was_let_go_or_nothing(shelf: Shelf) -> None:
    vase, bowl, ada = await shelf.variant(1), await shelf.variant(1), uuid4()
    await shelf.reserve({vase: 1, bowl: 1}, ada)
    await shelf.release(ada)
    await shelf.sell({bowl: 1})

    assert isinstance(await shelf.sell({vase: 1, bowl: 1}, ada), OutOfStock)

    assert await shelf.numbers(vase) == (1, 0, 0)


async def test_without_a_reservation_it_is_sold_from_what_is_there(shelf: Shelf) -> None:
    vase = await shelf.variant(1)

    assert await shelf.sell({vase: 1}) is None
    assert isinstance(await shelf.sell({vase: 1}), OutOfStock)


async def test_backorders_take_what_is_there_first_and_wait_for_the_rest(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(1, backorder=True), uuid4()

    assert await shelf.reserve({vase: 3}, ada) is None
    assert await shelf.numbers(vase) == (1, 3, 0)
    assert await shelf.sell({vase: 3}, ada) is None

    assert await shelf.numbers(vase) == (0, 0, 2)


async def test_of_two_who_want_the_last_unit_one_has_it(shelf: Shelf) -> None:
    vase = await shelf.variant(1)

    first, second = await race(
        shelf.world,
        lambda tx: catalog.reserve(tx, [holding({vase: 1})]),
        lambda tx: catalog.reserve(tx, [holding({vase: 1})]),
    )

    assert first == [None]
    assert isinstance(second[0], OutOfStock)
    assert await shelf.numbers(vase) == (1, 1, 0)


async def test_of_two_who_pay_too_late_for_the_last_unit_one_has_it(shelf: Shelf) -> None:
    vase, ada, bob = await shelf.variant(1), uuid4(), uuid4()

    first, second = await race(
        shelf.world,
        lambda tx: catalog.sell(tx, [holding({vase: 1}, ada)]),
        lambda tx: catalog.sell(tx, [holding({vase: 1}, bob)]),
    )

    assert first == [None]
    assert isinstance(second[0], OutOfStock)


async def test_sold_while_it_is_let_go_it_is_sold(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(1), uuid4()
    await shelf.reserve({vase: 1}, ada)

    outcomes = await race(
        shelf.world,
        lambda tx: catalog.sell(tx, [holding({vase: 1}, ada)]),
        lambda tx: catalog.release(tx, [ada]),
    )

    assert outcomes == [[None], None]
    assert await shelf.numbers(vase) == (0, 0, 0)


async def test_let_go_while_it_is_sold_it_is_taken_again(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(1), uuid4()
    await shelf.reserve({vase: 1}, ada)

    outcomes = await race(
        shelf.world,
        lambda tx: catalog.release(tx, [ada]),
        lambda tx: catalog.sell(tx, [holding({vase: 1}, ada)]),
    )

    assert outcomes == [None, [None]]
    assert await shelf.numbers(vase) == (0, 0, 0)


async def test_let_go_twice_at_once_is_let_go_once(shelf: Shelf) -> None:
    vase, ada, bob = await shelf.variant(5), uuid4(), uuid4()
    await shelf.reserve({vase: 2}, ada)
    await shelf.reserve({vase: 1}, bob)

    await race(
        shelf.world,
        lambda tx: catalog.release(tx, [ada]),
        lambda tx: catalog.release(tx, [ada]),
    )

    assert await shelf.numbers(vase) == (5, 1, 0)


async def test_two_who_want_the_same_in_other_orders_do_not_wait_in_a_circle(shelf: Shelf) -> None:
    vase, bowl = await shelf.variant(5), await shelf.variant(5)

    outcomes = await race(
        shelf.world,
        lambda tx: catalog.reserve(tx, [holding({vase: 1, bowl: 1})]),
        lambda tx: catalog.reserve(tx, [holding({bowl: 1, vase: 1})]),
    )

    assert outcomes == [[None], [None]]


@pytest.mark.parametrize(
    "statement",
    [
        "update catalog.stock set on_hand = -1 where variant_id = $1",
        "update catalog.stock set reserved = -1 where variant_id = $1",
        "update catalog.stock set reserved = 6 where variant_id = $1",
        "update catalog.stock set backordered = -1 where variant_id = $1",
        "update catalog.stock set backordered = 1 where variant_id = $1",
        "update catalog.reservation set quantity = 9 where variant_id = $1",
        "update catalog.reservation set quantity = 0 where variant_id = $1",
        "update catalog.reservation set holder_id = kernel.uuid7() where variant_id = $1",
        "insert into catalog.stock (variant_id, on_hand) values ($1, -1)",
        (
            "insert into catalog.adjustment (variant_id, delta, on_hand, reason, created_by)"
            " values ($1, -9, -1, 'other', 'me')"
        ),
    ],
)
async def test_the_database_refuses_what_cannot_be(shelf: Shelf, statement: str) -> None:
    """Whatever the application may write, a number is never negative, nor more promised."""
    vase = await shelf.variant(5)
    await shelf.reserve({vase: 2})

    async with shelf.world.tx() as tx:
        with pytest.raises(asyncpg.CheckViolationError):
            async with tx.savepoint():
                await tx.fetch(statement, vase)


async def test_what_is_sold_is_never_held_again(shelf: Shelf) -> None:
    vase, ada = await shelf.variant(5), uuid4()
    await shelf.sell({vase: 2}, ada)

    async with shelf.world.tx() as tx:
        for status in ("held", "released"):
            with pytest.raises(asyncpg.CheckViolationError):
                async with tx.savepoint():
                    await tx.fetch(
                        "update catalog.reservation set status = $2 where holder_id = $1",
                        ada,
                        status,
                    )
