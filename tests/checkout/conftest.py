"""A shop of the test's own, and a look at all that was answered."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.checkout.shop import Shop
from tests.http.conftest import _every_answer_is_documented  # noqa: F401 - holds here too
from tests.world import World


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Who turns the clock, and looks at what nobody else sees."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture
def shop(world: World, owner: asyncpg.Connection) -> Shop:
    return Shop(world, owner)
