"""The books of a tenant of the test's own, and the owner of the database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.ledger.books import Books
from tests.world import World


@pytest.fixture
def books(world: World) -> Books:
    return Books(world)


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Who may do more than the application, and still not everything."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()
