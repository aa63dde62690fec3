"""Merchants: people with a shop of their own, who look at it in a browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from guilder import identity
from guilder.app import System
from guilder.db import tenant_transaction
from guilder.kernel import TenantId
from tests.checkout.shop import Shop
from tests.identity.people import Person, signed_up
from tests.world import World

NARROW = """
    with packer as (
        insert into identity.role (tenant_id, name) values ($1, 'Packer') returning id
    ),
    allowed as (
        insert into identity.role_permission (tenant_id, role_id, permission)
        select $1, packer.id, unnest($2::text[]) from packer
    ),
    owned as (
        update identity.tenant set owner_id = null where id = $1
    )
    update identity.member_role set role_id = packer.id from packer where tenant_id = $1
"""


@dataclass(frozen=True)
class Merchant:
    """Somebody who has signed up, and all that happens in their shop."""

    person: Person
    shop: Shop
    browser: httpx.AsyncClient

    async def home(self) -> str:
        """The overview, as it is sent."""
        answer = await self.browser.get("/")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def may_only(self, *permissions: str) -> None:
        """From now on they hold these permissions, and no others."""
        await self.shop.owner.execute(NARROW, self.person.tenant_id, list(permissions))


@asynccontextmanager
async def selling(
    system: System, owner: asyncpg.Connection, **more: Any
) -> AsyncIterator[Merchant]:
    """A merchant whose shop is new."""
    async with signed_up(system, **more) as person, browser_of(system, person) as browser:
        async with tenant_transaction(system.pool, TenantId(person.tenant_id)) as tx:
            tenant = await identity.current_tenant(tx)
        yield Merchant(person, Shop(World(system, tenant), owner), browser)


def browser_of(system: System, person: Person) -> httpx.AsyncClient:
    """A browser without scripts, in which somebody is signed in."""
    transport = httpx.ASGITransport(app=system.door(), client=("127.0.0.1", 1))
    return httpx.AsyncClient(
        transport=transport,
        base_url="http://guilder.test",
        cookies={"guilder_session": person.token},
    )
