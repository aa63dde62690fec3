"""What was wrong is corrected by its mirror image, once."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from guilder import ledger
from guilder.ledger import AlreadyReversed, JournalNotFound
from tests.ledger.books import Books
from tests.race import race
from tests.world import World

SALE = """
    customer/ada → gateway 20.00 capture
    gateway → fees          0.60 fee
"""


async def reversed_by(books: Books, journal_id: UUID) -> UUID:
    return await books.world.do(lambda tx: ledger.reverse(tx, journal_id, reason="entered twice"))


async def test_a_reversal_moves_everything_back(books: Books) -> None:
    journal_id = await books.event(SALE)

    await reversed_by(books, journal_id)

    assert await books.balances() == {"customer/ada": "0.00", "fees": "0.00", "gateway": "0.00"}


async def test_what_was_wrong_stays_readable(books: Books) -> None:
    journal_id = await books.event(SALE)
    before = await books.entries()

    reversal_id = await reversed_by(books, journal_id)

    after = await books.entries()
    assert [one for one in after if one.journal_id == journal_id] == before
    undone = [one for one in after if one.journal_id == reversal_id]
    assert [(one.line, one.amount_minor, one.reason, one.reverses) for one in undone] == [
        (2, 60, "entered twice", journal_id),
        (1, 2000, "entered twice", journal_id),
    ]
    assert {one.subject_id for one in undone} == {books.subject_id}


async def test_a_journal_is_reversed_once(books: Books) -> None:
    journal_id = await books.event(SALE)
    await reversed_by(books, journal_id)

    with pytest.raises(AlreadyReversed):
        await reversed_by(books, journal_id)

    assert set((await books.balances()).values()) == {"0.00"}


async def test_a_reversal_is_itself_reversed(books: Books) -> None:
    journal_id = await books.event(SALE)
    before = await books.balances()

    await reversed_by(books, await reversed_by(books, journal_id))

    assert await books.balances() == before


async def test_only_what_is_there_is_reversed(books: Books, other: World) -> None:
    journal_id = await books.event(SALE)

    for stranger, wanted in ((books, uuid4()), (Books(other), journal_id)):
        with pytest.raises(JournalNotFound):
            await reversed_by(stranger, wanted)


async def test_of_two_who_reverse_at_once_one_does(books: Books) -> None:
    journal_id = await books.event(SALE)

    _, late = await race(
        books.world,
        lambda tx: ledger.reverse(tx, journal_id, reason="entered twice"),
        lambda tx: ledger.reverse(tx, journal_id, reason="entered twice"),
    )

    assert isinstance(late, AlreadyReversed)
    assert set((await books.balances()).values()) == {"0.00"}
    assert await books.drifts() == []


async def test_the_database_too_reverses_a_line_once(books: Books) -> None:
    journal_id = await books.event(SALE)
    await reversed_by(books, journal_id)

    with pytest.raises(asyncpg.UniqueViolationError):
        async with books.world.tx() as tx:
            await tx.fetch(
                "insert into ledger.entry (journal_id, line, unit, amount_minor, source_kind,"
                " source_owner, target_kind, target_owner, reason, subject_id, reverses)"
                " values ($1, 1, 'EUR', 1, 'a', '', 'b', '', 'x', $1, $2)",
                uuid4(),
                journal_id,
            )
