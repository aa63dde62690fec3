"""Many write to one tenant's busiest accounts at once: all of it lands, and nobody is in a knot."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from guilder import ledger
from guilder.db import Pool, open_pool, tenant_transaction
from guilder.ledger import Journal
from tests.ledger.books import Books, move

CLIENTS = 64


@pytest.fixture
async def crowd(app_url: str) -> AsyncIterator[Pool]:
    """As many connections as there are clients would be unfair; these have to share."""
    pool = await open_pool(app_url, size=16, name="guilder ledger tests")
    yield pool
    await pool.close()


async def test_sixty_four_journals_at_once_all_land(books: Books, crowd: Pool) -> None:
    """No retry here: a deadlock would fail the test."""

    async def sell(number: int) -> None:
        lines = [
            f"customer/{number % 7} → gateway 20.00",
            "gateway → fees 0.60",
            f"gateway → customer/{(number + 3) % 7} 1.00",
        ]
        random.Random(number).shuffle(lines)  # noqa: S311 - an order, not a secret
        moves = tuple(move(line, books.subject_id) for line in lines)
        async with tenant_transaction(crowd, books.tenant_id) as tx:
            await ledger.record(tx, [Journal(uuid4(), moves)])

    await asyncio.gather(*(sell(number) for number in range(CLIENTS)))

    balances = await books.balances()
    assert (balances["fees"], balances["gateway"]) == ("38.40", "1177.60")
    assert len(await books.entries()) == 3 * CLIENTS
    assert await books.drifts() == []


async def test_one_transaction_keeps_nobody_waiting_at_the_busiest_accounts(
    books: Books, crowd: Pool
) -> None:
    """While one has written and not committed, another connection writes to the same accounts."""
    sale = move("customer → gateway 20.00", books.subject_id)
    both_have_written = asyncio.Barrier(2)

    async def sell() -> None:
        async with tenant_transaction(crowd, books.tenant_id) as tx:
            await tx.fetch("set local lock_timeout = '5s'")
            await ledger.record(tx, [Journal(uuid4(), (sale,))])
            async with asyncio.timeout(10):
                await both_have_written.wait()

    await own_slots(crowd)
    await asyncio.gather(sell(), sell())

    assert await books.balances() == {"customer": "-40.00", "gateway": "40.00"}


async def own_slots(crowd: Pool) -> None:
    """Two connections whose slots differ, first in line: which slot one has is its pid's doing."""
    borrowed = [await crowd.borrow() for _ in range(16)]
    by_slot = {
        connection.get_server_pid() % 16: connection  # type: ignore[attr-defined]
        for connection in borrowed
    }
    last = set(list(by_slot.values())[:2])
    for connection in sorted(borrowed, key=lambda one: one in last):
        crowd.give_back(connection)
    assert len(last) == 2


async def test_balances_agree_while_others_write(books: Books, crowd: Pool) -> None:
    """A reader sees entries and balances of one moment."""
    sale = move("customer → gateway 20.00", books.subject_id)

    async def sell() -> None:
        async with tenant_transaction(crowd, books.tenant_id) as tx:
            await ledger.record(tx, [Journal(uuid4(), (sale,))])

    selling = [asyncio.create_task(sell()) for _ in range(CLIENTS)]
    found = [await books.drifts() for _ in range(10)]
    await asyncio.gather(*selling)

    assert found == [[]] * 10
    assert await books.balances() == {"customer": "-1280.00", "gateway": "1280.00"}
