"""A team, of which somebody leaves."""

from collections.abc import AsyncIterator

import pytest

from guilder.app import System
from tests.identity.post import Post
from tests.identity.team import Team, founded


@pytest.fixture
async def team(system: System, post: Post) -> AsyncIterator[Team]:
    """A tenant with its owner."""
    async with founded(system, post) as one:
        yield one
