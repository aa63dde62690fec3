"""A shop, and a page of it that is read in somebody's browser."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser

from tests.checkout.conftest import owner, shop  # noqa: F401 - the same shop
from tests.http.conftest import _every_answer_is_documented, served  # noqa: F401 - here too
from tests.http.serving import Served
from tests.pages.browser import chromium_at
from tests.storefront.pages import page_of
from tests.world import World


@pytest.fixture
async def page(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A page with the tenant's publishable key in it."""
    async with page_of(world) as client:
        yield client


@pytest.fixture(scope="module")
async def chromium(served: Served) -> AsyncIterator[Browser]:  # noqa: F811 - it is that one
    async with chromium_at(served.port) as browser:
        yield browser
