"""A merchant in front of a browser."""

from collections.abc import AsyncIterator

import pytest

from guilder.app import System
from tests.checkout.conftest import owner  # noqa: F401 - who turns the clock
from tests.dashboard.merchants import Merchant, selling
from tests.http.conftest import served  # noqa: F401 - a door on a port


@pytest.fixture
async def merchant(system: System, owner: object) -> AsyncIterator[Merchant]:  # noqa: F811
    """Somebody with a shop in which nothing has happened yet."""
    async with selling(system, owner) as found:  # type: ignore[arg-type]
        yield found
