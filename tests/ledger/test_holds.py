"""What is promised moves when it is taken, and never more than was promised."""

from uuid import uuid4

import asyncpg
import pytest

from guilder import ledger
from guilder.ledger import HoldTooSmall
from tests.ledger.books import Books, move
from tests.race import race
from tests.world import World


async def test_what_is_held_has_not_moved(books: Books) -> None:
    await books.play("customer → gateway 1.00")
    await books.hold("customer → gateway 20.00")

    assert await books.balances() == {"customer": "-1.00", "gateway": "1.00"}
    assert await books.held() == {"customer": "20.00"}


async def test_a_hold_is_taken_in_parts(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    outcomes = [await books.take(hold_id, amount) for amount in ("5.00", "7.50", "7.50", "0.01")]

    assert outcomes == ["taken", "taken", "taken", "hold_too_small"]
    assert await books.balances() == {"customer": "-20.00", "gateway": "20.00"}
    assert await books.held() == {}


@pytest.mark.parametrize(
    ("amount", "outcome"),
    [
        ("20.00", "taken"),
        ("20.01", "hold_too_small"),
        ("0.00", "CheckViolationError"),
        ("-5.00", "CheckViolationError"),
    ],
)
async def test_what_may_be_taken_of_a_hold(books: Books, amount: str, outcome: str) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    assert await books.take(hold_id, amount) == outcome
    assert len(await books.entries()) == (outcome == "taken")


async def test_what_was_released_is_not_taken(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")
    await books.take(hold_id, "5.00")

    await books.release(hold_id)
    await books.release(hold_id)

    assert await books.take(hold_id, "0.01") == "hold_too_small"
    assert await books.held() == {}
    assert await books.balances() == {"customer": "-5.00", "gateway": "5.00"}


async def test_a_hold_that_is_too_small_says_what_is_left(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")
    await books.take(hold_id, "15.00")

    with pytest.raises(HoldTooSmall) as refused:
        async with books.world.tx() as tx:
            await ledger.take(tx, hold_id, 501, journal_id=uuid4(), reason="capture")

    assert refused.value.available_minor == 500


async def test_a_hold_of_another_tenant_is_not_there(books: Books, other: World) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    assert await Books(other).take(hold_id, "1.00") == "hold_not_found"
    await Books(other).release(hold_id)
    assert await books.take(hold_id, "1.00") == "taken"


async def test_what_moves_in_the_same_event_shares_its_journal(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")
    fee = move("gateway → fees 0.60 fee", books.subject_id)

    await books.world.do(
        lambda tx: ledger.take(
            tx, hold_id, 2000, journal_id=uuid4(), reason="capture", and_also=[fee]
        )
    )

    fee_line, capture = await books.entries()
    assert fee_line.journal_id == capture.journal_id
    assert (fee_line.reason, capture.reason) == ("fee", "capture")


async def test_two_who_take_at_once_never_take_more_than_is_held(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    _, late = await race(
        books.world,
        lambda tx: ledger.take(tx, hold_id, 1500, journal_id=uuid4(), reason="capture"),
        lambda tx: ledger.take(tx, hold_id, 1500, journal_id=uuid4(), reason="capture"),
    )

    assert isinstance(late, HoldTooSmall)
    assert late.available_minor == 500
    assert await books.balances() == {"customer": "-15.00", "gateway": "15.00"}


async def test_what_is_being_released_is_not_taken(books: Books) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    _, late = await race(
        books.world,
        lambda tx: ledger.release(tx, hold_id),
        lambda tx: ledger.take(tx, hold_id, 1, journal_id=uuid4(), reason="capture"),
    )

    assert isinstance(late, HoldTooSmall)
    assert await books.entries() == []


@pytest.mark.parametrize("amount", ["amount_minor + 1", "-1"])
async def test_the_database_too_holds_what_is_taken_within_the_hold(
    books: Books, amount: str
) -> None:
    hold_id = await books.hold("customer → gateway 20.00")

    with pytest.raises(asyncpg.CheckViolationError):
        async with books.world.tx() as tx:
            await tx.fetch(f"update ledger.hold set taken_minor = {amount} where id = $1", hold_id)


@pytest.mark.parametrize("line", ["customer → gateway 0.00", "customer → customer 1.00"])
async def test_what_cannot_move_cannot_be_held(books: Books, line: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await books.hold(line)
