"""A member goes by themselves, and takes nothing along that opens."""

import asyncpg
import httpx
import pytest

from guilder import identity
from tests.http.documents import problem
from tests.identity.team import Team


def path(team: Team) -> str:
    return f"/v1/me/tenants/{team.tenant_id}"


async def test_a_member_leaves_and_stays_a_user(team: Team) -> None:
    wilma = await team.colleague("viewer")

    left = await wilma.person.client.delete(path(team))

    assert left.status_code == 200, left.text
    assert (left.json()["tenant_id"], left.json()["roles"]) == (str(team.tenant_id), ["viewer"])
    assert str(wilma.user_id) not in await team.members()
    problem(await wilma.client.get("/v1/members"), 403, "not_a_member")
    listed = (await wilma.person.client.get("/v1/me/tenants")).json()["data"]
    assert [one["tenant_id"] for one in listed] == [str(wilma.person.tenant_id)]


async def test_the_keys_of_whoever_leaves_open_nothing(
    team: Team, visitor: httpx.AsyncClient
) -> None:
    wilma = await team.colleague("admin")
    body = {"name": "Till", "scopes": ["orders:read"]}
    key = (await wilma.client.post("/v1/api-keys", json=body)).json()
    visitor.headers["authorization"] = f"Bearer {key['secret']}"
    assert (await visitor.get("/v1/orders")).status_code == 200

    await wilma.person.client.delete(path(team))

    problem(await visitor.get("/v1/orders"), 401, "not_authenticated")
    shown = (await team.owner.client.get(f"/v1/api-keys/{key['id']}")).json()
    assert shown["revoked_at"] is not None


async def test_it_is_written_down_who_left(team: Team) -> None:
    wilma = await team.colleague("viewer")
    await wilma.person.client.delete(path(team))

    params = {"action": "member.removed", "object_id": str(wilma.member_id)}
    (entry,) = (await team.owner.client.get("/v1/audit", params=params)).json()["data"]

    assert entry["actor"] == {"kind": "user", "id": str(wilma.user_id)}


async def test_the_owner_stays(team: Team) -> None:
    problem(await team.owner.client.delete(path(team)), 409, "owner_stays")

    assert str(team.owner.user_id) in await team.members()


async def test_nobody_leaves_where_they_do_not_belong(team: Team) -> None:
    wilma = await team.colleague("viewer")
    await wilma.person.client.delete(path(team))

    problem(await wilma.person.client.delete(path(team)), 404, "not_your_tenant")
    problem(await (await team.stranger()).client.delete(path(team)), 404, "not_your_tenant")


async def test_a_key_leaves_nothing(team: Team) -> None:
    async with team.world.program("*") as api:
        refused = await api.delete(path(team))

    assert refused.status_code == 403, refused.text


@pytest.mark.parametrize("status", ["suspended", "cancelled"])
async def test_whoever_belongs_to_what_nobody_uses_any_more_leaves_it(
    team: Team, status: str, database: asyncpg.Connection
) -> None:
    wilma = await team.colleague("viewer")
    await team.world.do(identity.suspend if status == "suspended" else identity.cancel)

    left = await wilma.person.client.delete(path(team))

    assert (left.status_code, left.json()["status"]) == (200, status)
    kept = "select count(*) from identity.member where id = $1"
    assert await database.fetchval(kept, wilma.member_id) == 0
