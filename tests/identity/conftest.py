"""What tests of identity share: somebody, their mail, and the owner of the database."""

from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from guilder.app import System
from tests.http.conftest import _every_answer_is_documented  # noqa: F401 - holds here too
from tests.identity.people import Person, signed_up, visiting
from tests.identity.post import Post


@pytest.fixture
async def database(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of the database, who sees everybody's rows."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture
def post(system: System, database: asyncpg.Connection) -> Post:
    return Post(system, database)


@pytest.fixture
async def person(system: System) -> AsyncIterator[Person]:
    """Somebody who has signed up."""
    async with signed_up(system) as one:
        yield one


@pytest.fixture
async def verified(person: Person, post: Post, visitor: httpx.AsyncClient) -> Person:
    """Somebody who has confirmed their e-mail."""
    token = await post.token(person, kind="verify_email")
    answer = await visitor.post("/v1/email-verifications/confirmations", json={"token": token})
    assert answer.status_code == 204, answer.text
    return person


@pytest.fixture
async def visitor(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token."""
    async with visiting(system) as client:
        yield client
