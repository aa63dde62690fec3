"""One company for a test, and somebody who visits."""

from collections.abc import AsyncIterator

import httpx
import pytest

from guilder.app import System
from tests.identity.sso.company import Company, company, visiting


@pytest.fixture
async def tulips(system: System) -> AsyncIterator[Company]:
    async with company(system) as one:
        yield one


@pytest.fixture
async def visitor(tulips: Company) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(tulips.world.system) as client:
        yield client
