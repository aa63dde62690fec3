"""Roles are given and changed one after the other, whoever is quicker."""

from typing import Any
from uuid import UUID

import pytest

from guilder.db import Tx
from guilder.identity.members import MemberChanges, MemberId, update_member
from guilder.identity.roles import (
    NewRole,
    NotYoursToGive,
    RoleChanges,
    RoleId,
    RoleInUse,
    RoleNameTaken,
    RoleNotKnown,
    create_role,
    delete_role,
    update_role,
)
from guilder.kernel import Actor, ActorKind
from tests.identity.team import Colleague, Team
from tests.race import race


def admin(team: Team) -> Actor:
    return Actor(
        kind=ActorKind.OPERATOR,
        tenant_id=team.tenant_id,
        scopes=frozenset({"*:read", "*:write"}),
    )


def giving(team: Team, role: RoleId, to: Colleague) -> Any:
    async def give(tx: Tx) -> None:
        changes = MemberChanges(role_ids=[role])
        await update_member(tx, admin(team), MemberId(to.member_id), changes)

    return give


async def test_a_role_that_grows_while_it_is_given_is_looked_at_as_it_is_then(team: Team) -> None:
    role = RoleId(UUID(await team.role("Books", "ledger:read")))
    wilma = await team.colleague("viewer")

    async def grow(tx: Tx) -> None:
        changes = RoleChanges(permissions=["ledger:read", "tenant:own"])
        await update_role(tx, team.world.operator, role, changes)

    _, refused = await race(team.world, grow, giving(team, role, wilma))

    assert isinstance(refused, NotYoursToGive)
    assert refused.permissions == ["tenant:own"]


@pytest.mark.parametrize("first", ["deleted", "given"])
async def test_a_role_is_given_or_deleted_and_never_both(team: Team, first: str) -> None:
    role = RoleId(UUID(await team.role("Books", "ledger:read")))
    wilma = await team.colleague("viewer")
    give = giving(team, role, wilma)

    async def drop(tx: Tx) -> None:
        await delete_role(tx, team.world.operator, role)

    if first == "deleted":
        _, refused = await race(team.world, drop, give)
        assert isinstance(refused, RoleNotKnown)
    else:
        _, refused = await race(team.world, give, drop)
        assert isinstance(refused, RoleInUse)


async def test_two_roles_do_not_both_get_a_name(team: Team) -> None:
    async def make(tx: Tx) -> None:
        new = NewRole(name="Books", permissions=["ledger:read"])
        await create_role(tx, team.world.operator, new)

    _, refused = await race(team.world, make, make)

    assert isinstance(refused, RoleNameTaken)


async def test_two_changes_of_a_member_follow_each_other(team: Team) -> None:
    wilma = await team.colleague("viewer")
    developer = RoleId(UUID(team.roles["developer"]))

    async def note(tx: Tx) -> None:
        changes = MemberChanges(metadata={"desk": "north"})
        await update_member(tx, admin(team), MemberId(wilma.member_id), changes)

    await race(team.world, giving(team, developer, wilma), note)

    shown = (await team.members())[str(wilma.user_id)]
    assert [role["name"] for role in shown["roles"]] == ["developer"]
    assert shown["metadata"] == {"desk": "north"}
