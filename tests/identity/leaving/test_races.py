"""Whoever is let in while they are being forgotten is a member, or gone, and never both."""

import asyncio
from functools import partial
from uuid import UUID

import asyncpg

from guilder.db import transact
from guilder.identity import current_tenant
from guilder.identity.leaving import Deleted
from guilder.identity.leaving.deletion import forget
from guilder.identity.members import add_member
from guilder.identity.roles import RoleId
from guilder.identity.tenants import cancel
from guilder.identity.users import Home, UserId, UserNotFound
from guilder.kernel import Actor, ActorKind, TenantId
from tests.identity.people import PASSWORD, Person
from tests.identity.team import Team
from tests.race import Verb, race
from tests.world import World, eventually

HELD_UP = """
    select exists (
        select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))
    )
"""
JOIN = "insert into identity.member (tenant_id, user_id, home_tenant_id) values ($1, $2, $3)"
MEMBERSHIPS = """
    select tenant_id from identity.member where user_id = $1 and tenant_id = $2
"""


def home_of(person: Person) -> Home:
    return Home(TenantId(person.tenant_id), UserId(person.user_id))


async def alone(team: Team) -> tuple[Person, World]:
    """Somebody who belongs nowhere but in what is theirs and cancelled, with their home."""
    wilma = await team.stranger()
    tenant_id = TenantId(wilma.tenant_id)
    home = World(team.system, await transact(team.system.pool, tenant_id, current_tenant))
    await home.do(cancel)
    return wilma, home


def letting_in(team: Team, person: Person) -> Verb:
    return partial(add_member, home=home_of(person), role_ids=[RoleId(UUID(team.roles["viewer"]))])


def forgetting(person: Person) -> Verb:
    actor = Actor(kind=ActorKind.USER, tenant_id=TenantId(person.tenant_id), id=person.user_id)
    return partial(forget, actor=actor)


async def test_whoever_is_forgotten_while_they_are_let_in_is_not_let_in(
    team: Team, database: asyncpg.Connection
) -> None:
    wilma, home = await alone(team)

    gone, refused = await race(
        home, forgetting(wilma), letting_in(team, wilma), elsewhere=team.world
    )

    assert isinstance(gone, Deleted)
    assert isinstance(refused, UserNotFound)
    assert await database.fetch(MEMBERSHIPS, wilma.user_id, team.tenant_id) == []


async def test_whoever_is_let_in_while_they_are_forgotten_has_to_leave_there_first(
    team: Team,
) -> None:
    wilma, home = await alone(team)

    _, left = await race(team.world, letting_in(team, wilma), forgetting(wilma), elsewhere=home)

    assert [one.tenant_id for one in left] == [team.tenant_id]


async def test_deletion_leaves_where_they_were_let_in_meanwhile(
    team: Team, database: asyncpg.Connection
) -> None:
    wilma = await team.stranger()
    async with asyncio.timeout(20), database.transaction():
        await database.execute(JOIN, team.tenant_id, wilma.user_id, wilma.tenant_id)
        asked = asyncio.create_task(
            wilma.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
        )
        await eventually(partial(database.fetchval, HELD_UP))
    answer = await asked

    assert answer.status_code == 200, answer.text
    assert await database.fetch(MEMBERSHIPS, wilma.user_id, team.tenant_id) == []
