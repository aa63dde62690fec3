"""Seed 004, one test per attribute and rule: roles and permissions, in its own words.

Its user_roles are the roles of members.
"""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from tests.http.documents import problem
from tests.identity.team import Team
from tests.seeds.columns import OPTIONAL_TEXT, TEXT, TIMESTAMP, columns_of
from tests.seeds.columns import UUID as UUID_COLUMN
from tests.world import World

TIMES = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}
BOOKS = {"name": "Bookkeeper", "description": "Reads the books.", "permissions": ["ledger:read"]}
GIVE = "insert into identity.role_permission (tenant_id, role_id, permission) values ($1, $2, $3)"


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/roles", json=BOOKS | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def permissions(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return list((await client.get("/v1/permissions")).json()["data"])


async def test_role_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "tenant_id": UUID_COLUMN,
        "name": TEXT,
        "description": OPTIONAL_TEXT,
        **TIMES,
    }

    assert await columns_of(database, "identity.role", named=wanted) == wanted
    role = await made(api)
    assert role.keys() >= wanted.keys() - {"tenant_id"}
    assert {name: role[name] for name in BOOKS} == BOOKS
    assert (await made(api, name="Another", description=None))["description"] is None
    renamed = (await api.patch(f"/v1/roles/{role['id']}", json={"name": "Books"})).json()
    assert renamed["created_at"] == role["created_at"]
    assert renamed["updated_at"] > role["updated_at"]


async def test_roles_are_scoped_to_tenant(
    api: httpx.AsyncClient, other: World, database: asyncpg.Connection, team: Team
) -> None:
    """None is seen, changed or held by another tenant's, and its name is free there."""
    role = await made(api)

    async with other.program("*") as stranger:
        path = f"/v1/roles/{role['id']}"
        for answer in (
            await stranger.get(path),
            await stranger.patch(path, json={"name": "Mine"}),
            await stranger.delete(path),
        ):
            problem(answer, 404, "role_not_found")
        assert (await made(stranger))["id"] != role["id"]
    given = await team.owner.client.patch(
        f"/v1/members/{team.owner.member_id}", json={"role_ids": [role["id"]]}
    )
    problem(given, 422, "role_not_known")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await database.execute(
            "insert into identity.member_role (tenant_id, member_id, role_id) values ($1, $2, $3)",
            team.tenant_id,
            team.owner.member_id,
            UUID(role["id"]),
        )


async def test_permissions_are_assigned_via_role_permissions(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    role = await made(api, permissions=["ledger:read", "payments:read"])
    kept = "select permission from identity.role_permission where role_id = $1 order by 1"

    before = [row[0] for row in await database.fetch(kept, UUID(role["id"]))]
    fewer = await api.patch(f"/v1/roles/{role['id']}", json={"permissions": ["ledger:read"]})
    after = [row[0] for row in await database.fetch(kept, UUID(role["id"]))]

    assert before == role["permissions"] == ["ledger:read", "payments:read"]
    assert after == fewer.json()["permissions"] == ["ledger:read"]


async def test_roles_are_held_by_users_many_to_many_via_user_roles(team: Team) -> None:
    books = await team.role("Books", "ledger:read")
    await team.role("Till", "payments:write")
    one, another = await team.colleague("Books", "Till"), await team.colleague("Books")

    known = await team.members()

    held = {
        each: {role["name"] for role in known[str(each)]["roles"]}
        for each in (one.user_id, another.user_id)
    }
    assert held == {one.user_id: {"Books", "Till"}, another.user_id: {"Books"}}
    assert (await one.client.get("/v1/ledger/entries")).status_code != 403
    problem(await team.owner.client.delete(f"/v1/roles/{books}"), 409, "role_in_use")


async def test_permission_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "name": TEXT,
        "resource": TEXT,
        "action": TEXT,
        "description": TEXT,
        **TIMES,
    }

    assert await columns_of(database, "identity.permission", named=wanted) == wanted
    listed = await permissions(api)
    assert all(one.keys() == wanted.keys() for one in listed)
    assert len({one["id"] for one in listed}) == len({one["name"] for one in listed})


async def test_permission_name_is_its_resource_and_action(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    listed = {one["name"]: one for one in await permissions(api)}

    assert (listed["payments:write"]["resource"], listed["payments:write"]["action"]) == (
        "payments",
        "write",
    )
    for name, one in listed.items():
        assert name in {"*", f"{one['resource']}:{one['action']}"}
    for wrong in (
        "update identity.permission set name = 'payments:all' where name = 'payments:read'",
        "update identity.permission set resource = 'products' where name = 'payments:read'",
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await database.execute(wrong)


@pytest.mark.parametrize(
    ("action", "needed", "status"),
    [
        ("create", "roles:write", 201),
        ("read", "roles:read", 200),
        ("update", "roles:write", 200),
        ("delete", "roles:write", 200),
    ],
)
async def test_permission_action_create_read_update_delete(
    world: World, api: httpx.AsyncClient, action: str, needed: str, status: int
) -> None:
    """To write is to create, to update and to delete: whoever may do one may do all."""
    path = f"/v1/roles/{(await made(api))['id']}"
    other = "roles:read" if needed == "roles:write" else "roles:write"

    async with world.program(other, "ledger:read") as program:
        refused = await act(program, action, path)
    async with world.program(needed, "ledger:read") as program:
        allowed = await act(program, action, path)

    assert problem(refused, 403, "permission_missing")["needs"] == needed
    assert allowed.status_code == status


async def act(client: httpx.AsyncClient, action: str, path: str) -> httpx.Response:
    """Create another role, or do something with this one."""
    match action:
        case "create":
            return await client.post("/v1/roles", json=BOOKS | {"name": "Another"})
        case "update":
            return await client.patch(path, json={"name": "Books"})
        case "delete":
            return await client.delete(path)
    return await client.get(path)


async def test_permissions_are_system_wide(
    world: World, api: httpx.AsyncClient, other: World
) -> None:
    """The same for every tenant, and nobody's to change."""
    async with other.program("roles:read") as stranger:
        assert await permissions(stranger) == await permissions(api)
    for change in (
        "insert into identity.permission select * from identity.permission",
        "update identity.permission set description = 'mine'",
        "delete from identity.permission",
    ):
        async with world.tx() as tx:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tx.savepoint():
                    await tx.fetch(change)


async def test_permissions_are_assigned_to_roles(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    """All that there are can be, and what there is not cannot."""
    role = await made(api, permissions=[one["name"] for one in await permissions(api)])

    refused = await api.post("/v1/roles", json=BOOKS | {"permissions": ["books:read"]})

    assert len(role["permissions"]) == len(await permissions(api))
    assert problem(refused, 422, "permission_not_known")["permissions"] == ["books:read"]
    for role_id, name in ((UUID(role["id"]), "books:read"), (uuid4(), "ledger:read")):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await database.execute(GIVE, world.tenant_id, role_id, name)


async def test_permissions_are_checked_via_permission_engine(team: Team) -> None:
    """Before anything is done, in every request anew."""
    seller = await team.role("Seller", "products:read")
    wilma = await team.colleague("Seller")

    async def sells() -> httpx.Response:
        return await wilma.client.post("/v1/products", json={"name": "Bulb"})

    before = await sells()
    more = {"permissions": ["products:read", "products:write"]}
    await team.owner.client.patch(f"/v1/roles/{seller}", json=more)
    after = await sells()

    assert problem(before, 403, "permission_missing")["needs"] == "products:write"
    assert after.status_code == 201
