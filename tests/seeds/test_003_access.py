"""Seed 003 §1, one test per attribute and rule: members and keys, in its own words.

Its organization is our tenant, its team member our member, its scope one of our permissions.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from guilder.app import System
from guilder.kernel import hash_of
from tests.http.documents import problem
from tests.identity.team import Team
from tests.seeds.columns import (
    HASH,
    OBJECT,
    OPTIONAL_TIMESTAMP,
    TEXT,
    TEXTS,
    TIMESTAMP,
    columns_of,
)
from tests.seeds.columns import UUID as UUID_COLUMN
from tests.world import World

DEEP = {"key": [1, {"deep": True}], "nothing": None}


async def made_key(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    body = {"name": "Shop server", "scopes": ["checkout:write"]} | more
    answer = await client.post("/v1/api-keys", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@asynccontextmanager
async def program(like: httpx.AsyncClient, secret: str) -> AsyncIterator[httpx.AsyncClient]:
    """A program with this key."""
    async with httpx.AsyncClient(
        transport=like._transport,
        base_url="http://guilder.test",
        headers={"authorization": f"Bearer {secret}"},
    ) as client:
        yield client


async def test_team_member_has_the_attributes_of_the_model(
    team: Team, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "tenant_id": UUID_COLUMN,
        "user_id": UUID_COLUMN,
        "metadata": OBJECT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
    }

    assert await columns_of(database, "identity.member", named=wanted) == wanted
    shown = (await team.owner.client.get(f"/v1/members/{team.owner.member_id}")).json()
    assert shown.keys() >= {*wanted, "roles"} - {"tenant_id"}
    listed = (await team.owner.client.get("/v1/me/tenants")).json()["data"]
    assert [(one["tenant_id"], one["member_id"]) for one in listed] == [
        (str(team.tenant_id), str(team.owner.member_id))
    ]


@pytest.mark.parametrize("role", ["owner", "admin", "developer", "viewer"])
async def test_team_member_role_is_owner_admin_developer_or_viewer(team: Team, role: str) -> None:
    member = team.owner if role == "owner" else await team.colleague(role)

    shown = (await team.owner.client.get(f"/v1/members/{member.member_id}")).json()

    assert [held["name"] for held in shown["roles"]] == [role]
    # A viewer reads, a developer sells, an admin manages, and the owner alone may end it all.
    rises = ["viewer", "developer", "admin", "owner"].index(role)
    allowed = [
        (await member.client.get("/v1/members")).status_code,
        (await member.client.post("/v1/products", json={"name": "Bulb"})).status_code,
        (await member.client.patch("/v1/tenant", json={"description": "x"})).status_code,
        (await member.client.post("/v1/tenant/cancellations", json={})).json()["code"],
    ]
    assert allowed == [
        200,
        201 if rises >= 1 else 403,
        200 if rises >= 2 else 403,
        "password_not_right" if rises >= 3 else "permission_missing",
    ]


async def test_team_member_metadata_is_an_object(team: Team) -> None:
    path = f"/v1/members/{team.owner.member_id}"

    changed = (await team.owner.client.patch(path, json={"metadata": DEEP})).json()

    assert changed["metadata"] == DEEP
    assert (await team.owner.client.get(path)).json()["updated_at"] > changed["created_at"]


async def test_unique_organization_id_account_id(team: Team, database: asyncpg.Connection) -> None:
    wilma = await team.colleague("viewer")

    again = await team.invite(wilma.person.email, "viewer")

    problem(again, 409, "member_before")
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            "insert into identity.member (tenant_id, user_id, home_tenant_id) values ($1, $2, $3)",
            team.tenant_id,
            wilma.user_id,
            wilma.person.tenant_id,
        )


async def test_api_key_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "tenant_id": UUID_COLUMN,
        "name": TEXT,
        "key_hash": HASH,
        "scopes": TEXTS,
        "revoked_at": OPTIONAL_TIMESTAMP,
        "created_at": TIMESTAMP,
        "last_used_at": OPTIONAL_TIMESTAMP,
        "metadata": OBJECT,
    }

    assert await columns_of(database, "identity.api_key", named=wanted) == wanted
    key = await made_key(api, metadata=DEEP)
    assert key.keys() >= {*wanted, "is_revoked"} - {"tenant_id", "key_hash"}
    assert (key["name"], key["metadata"], UUID(key["id"]).version) == ("Shop server", DEEP, 7)


async def test_api_key_organization_id(api: httpx.AsyncClient, other: World) -> None:
    key = await made_key(api, scopes=["tenant:read"])

    async with other.program("*") as stranger:
        unseen = await stranger.get(f"/v1/api-keys/{key['id']}")
        foreign = await api.get("/v1/tenant", headers={"guilder-tenant": str(other.tenant_id)})

    problem(unseen, 404, "api_key_not_found")
    problem(foreign, 403, "not_a_member")


async def test_api_key_scope_opens_what_it_names_and_nothing_else(
    api: httpx.AsyncClient,
) -> None:
    key = await made_key(api, scopes=["checkout:write", "quotas:read"])

    async with program(api, key["secret"]) as till:
        opened = await till.post("/v1/carts", json={"currency": "EUR"})
        refused = await till.get("/v1/products")

    assert key["scopes"] == ["checkout:write", "quotas:read"]
    assert opened.status_code == 201, opened.text
    assert problem(refused, 403, "permission_missing")["needs"] == "products:read"


async def test_api_key_is_revoked(api: httpx.AsyncClient) -> None:
    key = await made_key(api, scopes=["quotas:read"])

    async with program(api, key["secret"]) as till:
        before = await till.get("/v1/quotas")
        revoked = (await api.delete(f"/v1/api-keys/{key['id']}")).json()
        after = await till.get("/v1/quotas")

    assert (key["is_revoked"], revoked["is_revoked"]) == (False, True)
    assert before.status_code == 200
    problem(after, 401, "not_authenticated")


async def test_api_key_last_used_at(system: System, api: httpx.AsyncClient) -> None:
    key = await made_key(api, scopes=["quotas:read"])

    async with program(api, key["secret"]) as till:
        await till.get("/v1/quotas")
    await system.gate.write_notes(system.pool)

    shown = (await api.get(f"/v1/api-keys/{key['id']}")).json()
    assert key["last_used_at"] is None
    assert datetime.fromisoformat(shown["last_used_at"]) >= datetime.fromisoformat(
        key["created_at"]
    )


async def test_key_hash_unique(
    world: World, api: httpx.AsyncClient, other: World, database: asyncpg.Connection
) -> None:
    """A key names its tenant, so that what is unique within one is unique in all."""
    one = await made_key(api)

    kept = await database.fetchval(
        "select key_hash from identity.api_key where id = $1", UUID(one["id"])
    )

    assert kept == hash_of(one["secret"])
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            "insert into identity.api_key"
            " (tenant_id, name, mode, key_hash, hint, scopes, created_by)"
            " values ($1, 'Copy', 'live', $2, 'copy', '{*}', 'operator')",
            world.tenant_id,
            kept,
        )
    assert world.tenant_id.hex in one["secret"]
    async with other.program("*") as stranger:
        theirs = await made_key(stranger)
    assert world.tenant_id.hex not in theirs["secret"]
