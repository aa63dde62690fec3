"""The world of a test: one tenant, and verbs to bring about what a test needs."""

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import asyncpg
import httpx

from guilder import identity
from guilder.app import System
from guilder.db import Pool, Tx, system_transaction, tenant_transaction, transact
from guilder.events import last_position
from guilder.http import Door
from guilder.identity import IssuedKey, Tenant, Tier
from guilder.kernel import Actor, ActorKind, TenantId

SECRET = b"a secret of the tests, long enough to pass"
DEADLINE_SECONDS = 10.0

LEFT = """
    select exists (select from events.outbox where tenant_id = $1) or exists (
        select from unnest($2::text[]) as consumer (name)
        where not exists (
            select from events.cursor
            where tenant_id = $1 and cursor.consumer = consumer.name and (
                failures > 0 or position >= (
                    select coalesce(max(position), 0) from events.event where tenant_id = $1
                )
            )
        )
    )
"""
"""Whether a fact of a tenant was not carried to each of these consumers."""

T = TypeVar("T")


@dataclass(frozen=True)
class World:
    system: System
    tenant: Tenant

    @classmethod
    async def found(cls, system: System, *, tier: Tier = Tier.ENTERPRISE) -> "World":
        async with system_transaction(system.pool) as tx:
            tenant_id = await identity.new_tenant_id(tx)
        founder = Actor(kind=ActorKind.OPERATOR, tenant_id=tenant_id)
        async with tenant_transaction(system.pool, tenant_id, founder) as tx:
            tenant = await identity.create_tenant(tx, name=f"Shop {uuid4().hex}", tier=tier)
        return cls(system, tenant)

    @functools.cached_property
    def door(self) -> Door:
        """Where the tenant's programs knock."""
        return self.system.door()

    @property
    def pool(self) -> Pool:
        return self.system.pool

    @property
    def tenant_id(self) -> TenantId:
        return self.tenant.id

    @property
    def operator(self) -> Actor:
        return Actor(kind=ActorKind.OPERATOR, tenant_id=self.tenant_id, scopes=frozenset({"*"}))

    def tx(self) -> AbstractAsyncContextManager[Tx]:
        """A transaction of the tenant, by its operator."""
        return tenant_transaction(self.pool, self.tenant_id, self.operator)

    async def do(self, verb: Callable[[Tx], Awaitable[T]]) -> T:
        """A verb, in a transaction of its own."""
        return await transact(self.pool, self.tenant_id, verb, actor=self.operator)

    async def key(self, *scopes: str, name: str = "Program") -> IssuedKey:
        """A key with these scopes."""
        return await self.do(
            lambda tx: identity.create_api_key(tx, self.operator, name=name, scopes=list(scopes))
        )

    @asynccontextmanager
    async def program(self, *scopes: str) -> AsyncIterator[httpx.AsyncClient]:
        """A program of the tenant with a key of its own, talking to the API."""
        secret = (await self.key(*scopes)).secret
        transport = httpx.ASGITransport(app=self.door)
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://guilder.test",
            headers={"authorization": f"Bearer {secret}"},
        ) as client:
            yield client

    async def relayed(self, position: int) -> None:
        """Carry facts until the tenant's log has come to this position."""

        async def has_come() -> bool:
            await self.system.relay().relay_once()
            async with self.tx() as tx:
                return (await last_position(tx, tenant_id=self.tenant_id) or 0) >= position

        await eventually(has_come)

    async def all_relayed(self, owner: asyncpg.Connection) -> None:
        """Carry the tenant's facts until each had its effect, also where another test carries some.

        Another one's relay may have moved them to the log, and not have told a consumer yet.
        """
        names = [consumer.name for consumer in self.system.relay()._consumers]

        async def are_carried() -> bool:
            relay = self.system.relay()
            await relay.relay_once()
            await relay._deliver(self.tenant_id)
            return not await owner.fetchval(LEFT, self.tenant_id, names)

        await eventually(are_carried)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds, for as long as a slow machine may need."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not await holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        await asyncio.sleep(0.005)
