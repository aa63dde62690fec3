"""A company that has people sign in with its own issuer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from guilder.app import System
from guilder.identity import Issuers
from guilder.identity.members import add_member
from guilder.identity.roles import BuiltIn, role_ids
from guilder.identity.users import Home, NewUser, User, create_user, user_by_id
from guilder.outbound import Outbound
from tests.identity.sso.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, issuing
from tests.world import World

URL = "http://guilder.test"
SITE = "https://shop.example"


@dataclass
class Company:
    """A tenant, its issuer, and a program of it that may do anything."""

    world: World
    issuer: Issuer
    api: httpx.AsyncClient
    domain: str

    async def set_up(self, name: str = "company", **setup: Any) -> dict[str, Any]:
        """Use the issuer."""
        asked = {
            "title": "The company",
            "issuer": self.issuer.url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "email_domains": [self.domain],
            "return_origins": [SITE],
        } | setup
        answer = await self.api.put(f"/v1/identity-providers/{name}", json=asked)
        assert answer.status_code == 200, answer.text
        provider: dict[str, Any] = answer.json()
        return provider

    async def role(self, role: BuiltIn = BuiltIn.DEVELOPER) -> str:
        return str((await self.world.do(role_ids))[role])

    async def person(self, *, is_verified: bool = True, **more: Any) -> User:
        """Somebody who is at home in this tenant."""
        new = NewUser(**{"email": self.email(), "name": "Wilma", "is_verified": is_verified} | more)
        async with self.world.tx() as tx:
            user = await create_user(tx, new)
            roles = await role_ids(tx)
            await add_member(tx, Home(tx.tenant_id, user.id), [roles[BuiltIn.VIEWER]])
        return user

    def email(self) -> str:
        return f"{uuid4().hex[:12]}@{self.domain}"

    async def look_at(self, user_id: Any) -> User:
        async with self.world.tx() as tx:
            return await user_by_id(tx, user_id)

    async def depart(self, visitor: httpx.AsyncClient, **more: Any) -> dict[str, str]:
        """A site begins to sign somebody in."""
        asked = {"tenant": self.world.tenant.slug, "provider": "company"} | more
        answer = await visitor.post("/v1/sso/authorizations", json=asked)
        assert answer.status_code == 201, answer.text
        begun: dict[str, str] = answer.json()
        return begun

    async def sign_in(self, visitor: httpx.AsyncClient, **claims: Any) -> httpx.Response:
        """A site signs somebody in, from the beginning to the end."""
        begun = await self.depart(visitor)
        brought = self.issuer.sign_in(begun["authorization_url"], **claims)
        return await visitor.post("/v1/sso/sessions", json=brought)

    def somebody(self, **more: Any) -> dict[str, Any]:
        """Whom the issuer knows, with an address that it has proved."""
        return {"sub": uuid4().hex, "email": self.email(), "email_verified": True} | more


@asynccontextmanager
async def company(system: System, **setup: Any) -> AsyncIterator[Company]:
    """A company that is set up."""
    async with issuing() as issuer:
        world = await World.found(reaching_loopback(system))
        async with world.program("*") as api:
            one = Company(world, issuer, api, f"{uuid4().hex[:12]}.example")
            await one.set_up(**setup)
            yield one


def reaching_loopback(system: System, url: str = URL) -> System:
    """The same system, on a laptop whose operator lets it ask itself."""
    outbound = Outbound(["127.0.0.1"])
    issuers = Issuers(outbound, system.vault, public_url=url)
    return msgspec.structs.replace(system, outbound=outbound, issuers=issuers)


@asynccontextmanager
async def visiting(system: System, url: str = URL) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, or a site: it keeps its cookies, and is not led on."""
    transport = httpx.ASGITransport(app=system.door(), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        yield client
