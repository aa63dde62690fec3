"""A browser without scripts in front of a payment page."""

from collections.abc import AsyncIterator

import httpx
import pytest

from guilder.app import System
from tests.storefront.pay.buyers import Buyer


@pytest.fixture
async def buyer(system: System) -> AsyncIterator[Buyer]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=system.door(), client=("127.0.0.1", 1)),
        base_url="http://guilder.test",
    ) as browser:
        yield Buyer(browser)
