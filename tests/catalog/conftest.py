"""A small catalog for each test."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.catalog.shelf import Shelf
from tests.world import World


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, for what no verb can bring about."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def shelf(world: World, owner: asyncpg.Connection) -> Shelf:
    """The catalog of a tenant that nobody else knows."""
    return Shelf(world, owner)
