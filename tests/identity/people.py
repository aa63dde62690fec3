"""People of tests: they sign up, and come back with their session."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx

from guilder.app import System
from guilder.identity.users.hasher import AT_ONCE
from guilder.identity.users.passwords import MOST_WAITING

PASSWORD = "nine purple bicycles"


@dataclass(frozen=True)
class Person:
    """Somebody who has signed up, with a client that shows their session's token."""

    client: httpx.AsyncClient
    email: str
    token: str
    user: dict[str, Any]
    tenant_id: UUID
    session_id: UUID

    @property
    def user_id(self) -> UUID:
        return UUID(self.user["id"])

    def within(self, tenant_id: UUID) -> dict[str, str]:
        """Headers for acting in another tenant."""
        return {"guilder-tenant": str(tenant_id)}


@asynccontextmanager
async def visiting(system: System, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token, from an address of their own."""
    transport = httpx.ASGITransport(app=system.door(), client=(some_address(), 1))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://guilder.test", headers=headers
    ) as client:
        yield client


def some_address() -> str:
    """From where nobody else comes: what others try there does not brake a test."""
    return f"10.{uuid4().bytes[0]}.{uuid4().bytes[0]}.{uuid4().bytes[0]}"


def somebody(**more: Any) -> dict[str, Any]:
    """What nobody else signs up with."""
    mark = uuid4().hex[:12]
    return {
        "email": f"{mark}@person.example",
        "password": PASSWORD,
        "name": f"Person {mark}",
    } | more


@asynccontextmanager
async def signed_up(system: System, **more: Any) -> AsyncIterator[Person]:
    """Somebody who has just signed up, from an address of their own."""
    asked = somebody(**more)
    transport = httpx.ASGITransport(app=system.door(), client=(some_address(), 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        answer = await client.post("/v1/users", json=asked)
        assert answer.status_code == 201, answer.text
        entered = answer.json()
        client.headers["authorization"] = f"Bearer {entered['token']}"
        yield Person(
            client,
            asked["email"],
            entered["token"],
            entered["user"],
            UUID(entered["tenant_id"]),
            UUID(entered["id"]),
        )


@contextmanager
def full(system: System) -> Iterator[None]:
    """Others have taken every place where passwords are looked at."""
    with ExitStack() as places:
        for _ in range(AT_ONCE + MOST_WAITING):
            places.enter_context(system.passwords.place())
        yield
