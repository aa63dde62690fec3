"""What is on hand changes with a reason, and never below what is promised."""

from typing import Any
from uuid import uuid4

import pytest

from guilder import catalog
from guilder.catalog.inventory import Change, Reason, StockTooHigh, StockTooLow, adjust
from tests.catalog.shelf import Shelf, holding
from tests.race import race


def change(variant_id: Any, **given: Any) -> Change:
    return Change(**({"variant_id": variant_id, "reason": Reason.COUNTED} | given))


async def test_goods_come_and_get_lost(shelf: Shelf) -> None:
    vase = await shelf.variant(5)

    await shelf.adjust(vase, 3, Reason.RECEIVED)
    await shelf.adjust(vase, -2, Reason.DAMAGED)

    assert await shelf.numbers(vase) == (6, 0, 0)


async def test_what_was_counted_is_what_there_is(shelf: Shelf) -> None:
    vase = await shelf.variant(5)

    (made,) = await shelf.world.do(lambda tx: adjust(tx, [change(vase, on_hand=3)]))

    assert (made.delta, made.on_hand, made.reason) == (-2, 3, Reason.COUNTED)
    assert made.created_by == "operator"
    assert await shelf.numbers(vase) == (3, 0, 0)


async def test_what_is_promised_stays(shelf: Shelf) -> None:
    vase = await shelf.variant(5)
    await shelf.reserve({vase: 2})

    with pytest.raises(StockTooLow) as refused:
        await shelf.adjust(vase, -4)
    await shelf.adjust(vase, -3)

    assert (refused.value.on_hand, refused.value.reserved) == (5, 2)
    assert await shelf.numbers(vase) == (2, 2, 0)


async def test_nothing_is_ever_negative_even_with_backorders(shelf: Shelf) -> None:
    vase = await shelf.variant(1, backorder=True)
    await shelf.reserve({vase: 3})

    with pytest.raises(StockTooLow):
        await shelf.adjust(vase, -2)
    await shelf.adjust(vase, -1)

    assert await shelf.numbers(vase) == (0, 3, 0)


async def test_who_waits_is_served_first(shelf: Shelf) -> None:
    vase = await shelf.variant(1, backorder=True)
    await shelf.sell({vase: 4})

    (first,) = await shelf.world.do(lambda tx: adjust(tx, [change(vase, delta=2)]))
    (second,) = await shelf.world.do(lambda tx: adjust(tx, [change(vase, delta=2)]))

    assert [(one.filled, one.on_hand) for one in (first, second)] == [(2, 0), (1, 1)]
    assert await shelf.numbers(vase) == (1, 0, 0)


async def test_more_than_anybody_has_is_refused(shelf: Shelf) -> None:
    vase = await shelf.variant(5)

    with pytest.raises(StockTooHigh):
        await shelf.adjust(vase, 10**12)


async def test_what_comes_back_is_there_again(shelf: Shelf) -> None:
    vase, song = await shelf.variant(1), await shelf.variant()
    await shelf.sell({vase: 1})

    await shelf.world.do(lambda tx: catalog.restock(tx, {vase: 1, song: 1}, reference="return 7"))

    assert await shelf.numbers(vase) == (1, 0, 0)
    (row, *_) = await shelf.owner.fetch(
        "select reason, reference from catalog.adjustment where variant_id = $1 order by id desc",
        vase,
    )
    assert tuple(row) == ("returned", "return 7")


async def test_of_a_loss_and_a_reservation_at_once_the_second_sees_the_first(shelf: Shelf) -> None:
    vase = await shelf.variant(1)

    _, refused = await race(
        shelf.world,
        lambda tx: adjust(tx, [change(vase, delta=-1)]),
        lambda tx: catalog.reserve(tx, [holding({vase: 1})]),
    )

    assert isinstance(refused[0], catalog.OutOfStock)


async def test_of_a_reservation_and_a_loss_at_once_the_second_sees_the_first(shelf: Shelf) -> None:
    vase = await shelf.variant(1)

    _, refused = await race(
        shelf.world,
        lambda tx: catalog.reserve(tx, [holding({vase: 1})]),
        lambda tx: adjust(tx, [change(vase, delta=-1)]),
    )

    assert isinstance(refused, StockTooLow)


async def test_two_deliveries_at_once_both_count(shelf: Shelf) -> None:
    vase = await shelf.variant(1)

    await race(
        shelf.world,
        lambda tx: adjust(tx, [change(vase, delta=2)]),
        lambda tx: adjust(tx, [change(vase, delta=3)]),
    )

    assert await shelf.numbers(vase) == (6, 0, 0)


async def test_the_last_one_going_and_some_coming_are_told(shelf: Shelf) -> None:
    """A sale that leaves some tells nothing."""
    vase, ada = await shelf.variant(2, price=None), uuid4()
    await shelf.sell({vase: 1})
    await shelf.reserve({vase: 1}, ada)
    await shelf.sell({vase: 1}, ada)
    await shelf.adjust(vase, 5, Reason.RECEIVED)

    assert await shelf.facts(vase) == [
        "variant.created",
        "inventory.adjusted",
        "inventory.out_of_stock",
        "inventory.adjusted",
        "inventory.back_in_stock",
    ]
