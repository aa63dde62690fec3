"""A team of tests: a tenant with its owner, and the people who join them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from guilder import identity
from guilder.app import System
from guilder.db import tenant_transaction, transact
from guilder.identity.members import add_member
from guilder.identity.roles import all_roles
from guilder.identity.users import Home, UserId
from guilder.kernel import TenantId
from guilder.mail.outbox import Found
from tests.identity.people import Person, signed_up
from tests.identity.post import Post, token_in
from tests.world import World

CONFIRM = "update identity.user_account set email_verified_at = now() where id = $1"
RAISE = "update identity.tenant set subscription_tier = $1 where id = $2"
TAKE = """
    delete from jobs.job
    where kind = 'identity.mail_invitation' and payload ->> 'invitation_id' = $1
    returning tenant_id, kind, payload::text
"""


@dataclass(frozen=True)
class Colleague:
    """Somebody who acts in the team's tenant, wherever they are at home."""

    person: Person
    member_id: UUID
    client: httpx.AsyncClient

    @property
    def user_id(self) -> UUID:
        return self.person.user_id


@dataclass
class Team:
    """A tenant with its owner."""

    world: World
    owner: Colleague
    post: Post
    roles: dict[str, str]
    _people: AsyncExitStack = field(repr=False)

    @property
    def system(self) -> System:
        return self.world.system

    @property
    def tenant_id(self) -> TenantId:
        return self.world.tenant_id

    async def colleague(self, *names: str, **more: Any) -> Colleague:
        """Somebody with these roles, at home elsewhere, whose e-mail is confirmed."""
        person = await self.stranger(**more)
        home = Home(TenantId(person.tenant_id), UserId(person.user_id))
        ids = [UUID(self.roles[name]) for name in names]
        member = await self.world.do(partial(add_member, home=home, role_ids=ids))
        return Colleague(person, member.id, await self.here(person))

    async def stranger(self, **more: Any) -> Person:
        """Somebody with a confirmed e-mail who does not belong here."""
        person = await self._people.enter_async_context(signed_up(self.system, **more))
        await self.post.owner.execute(CONFIRM, person.user_id)
        return person

    async def here(self, person: Person) -> httpx.AsyncClient:
        """A client of somebody that acts in this tenant."""
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.system.door()),
            base_url="http://guilder.test",
            headers={
                "authorization": f"Bearer {person.token}",
                "guilder-tenant": str(self.tenant_id),
            },
        )
        return await self._people.enter_async_context(client)

    async def role(self, name: str, *permissions: str) -> str:
        """A role of the tenant's own, made by its owner."""
        body = {"name": name, "permissions": list(permissions)}
        made = await self.owner.client.post("/v1/roles", json=body)
        assert made.status_code == 201, made.text
        self.roles[name] = made.json()["id"]
        return self.roles[name]

    async def invite(self, email: str, *names: str, by: Colleague | None = None) -> httpx.Response:
        """Ask somebody to join."""
        ids = [self.roles[name] for name in names or ("viewer",)]
        client = (by or self.owner).client
        return await client.post("/v1/invitations", json={"email": email, "role_ids": ids})

    async def invited(
        self, email: str, *names: str, by: Colleague | None = None
    ) -> tuple[str, str]:
        """An invitation's id, and the token that its mail carries."""
        answer = await self.invite(email, *names, by=by)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"], await self.token(answer.json()["id"])

    async def token(self, invitation_id: str) -> str:
        """What the mail of an invitation carries, which is sent just now."""
        return token_in(await self.letter(invitation_id))

    async def letter(self, invitation_id: str) -> Found:
        """The mail of an invitation, which is sent just now."""
        shown = (await self.owner.client.get(f"/v1/invitations/{invitation_id}")).json()
        for job in await self.waiting(invitation_id):
            await self.post.do(job)
        outbox = self.system.mailer.outbox
        assert outbox is not None
        kept = [one for one in outbox.newest(1000) if shown["email"] in one.to]
        found = outbox.find(next(one.name for one in kept if one.kind == "invitation"))
        assert found is not None
        return found

    async def waiting(self, invitation_id: str) -> list[asyncpg.Record]:
        """Take what waits to be mailed for an invitation out of the queue."""
        return await self.post.owner.fetch(TAKE, invitation_id)

    async def members(self) -> dict[str, Any]:
        """The members, by their user."""
        listed = (await self.owner.client.get("/v1/members", params={"limit": 100})).json()
        return {each["user_id"]: each for each in listed["data"]}


@asynccontextmanager
async def founded(system: System, post: Post, *, tier: str = "enterprise") -> AsyncIterator[Team]:
    """A tenant with its owner, who has confirmed their e-mail."""
    async with AsyncExitStack() as people:
        person = await people.enter_async_context(signed_up(system))
        await post.owner.execute(CONFIRM, person.user_id)
        await post.owner.execute(RAISE, tier, person.tenant_id)
        tenant_id = TenantId(person.tenant_id)
        tenant = await transact(system.pool, tenant_id, identity.current_tenant)
        async with tenant_transaction(system.pool, tenant_id) as tx:
            roles = {role.name: str(role.id) for role in await all_roles(tx)}
        listed = (await person.client.get("/v1/members")).json()["data"]
        owner = Colleague(person, UUID(listed[0]["id"]), person.client)
        yield Team(World(system, tenant), owner, post, roles, people)
