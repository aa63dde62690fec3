"""A key opens no more than its maker holds, however and whenever they come to hold less."""

from functools import partial
from uuid import UUID

import httpx
import pytest

from guilder.app import System, put_together
from guilder.db import Signals, Tx, open_pool
from guilder.identity import create_api_key
from guilder.identity.members import MemberId, remove_member
from guilder.identity.roles import RoleChanges, RoleId, update_role
from guilder.kernel import Actor, ActorKind
from tests.http.documents import problem
from tests.identity.team import Colleague, Team
from tests.race import race


async def key(colleague: Colleague, *scopes: str, secret: str | None = None) -> tuple[str, str]:
    """A key that somebody makes, or a key of theirs; its id and what opens."""
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    made = await colleague.client.post(
        "/v1/api-keys", json={"name": "Till", "scopes": list(scopes)}, headers=headers
    )
    assert made.status_code == 201, made.text
    return made.json()["id"], made.json()["secret"]


async def opens(team: Team, secret: str) -> bool:
    headers = {"authorization": f"Bearer {secret}"}
    answer = await team.owner.client.get("/v1/api-keys", headers=headers)
    return answer.status_code != 401


async def test_the_keys_of_a_removed_member_open_nothing(team: Team) -> None:
    wilma, other = await team.colleague("admin"), await team.colleague("admin")
    _, first = await key(wilma, "api_keys:write", "api_keys:read")
    second_id, second = await key(wilma, "api_keys:write", "api_keys:read", secret=first)
    _, third = await key(wilma, "api_keys:read", secret=second)
    _, stays = await key(other, "api_keys:read")
    await team.owner.client.delete(f"/v1/api-keys/{second_id}")

    await team.owner.client.delete(f"/v1/members/{wilma.member_id}")

    assert [await opens(team, one) for one in (first, second, third, stays)] == [
        False,
        False,
        False,
        True,
    ]


async def test_with_fewer_roles_keys_that_open_more_end_and_the_others_stay(team: Team) -> None:
    wilma = await team.colleague("admin")
    _, beyond = await key(wilma, "api_keys:read", "members:write")
    _, within = await key(wilma, "api_keys:read", "products:write")

    await team.owner.client.patch(
        f"/v1/members/{wilma.member_id}", json={"role_ids": [team.roles["developer"]]}
    )

    assert [await opens(team, one) for one in (beyond, within)] == [False, True]


async def test_with_less_in_a_role_keys_that_open_more_end_and_the_others_stay(
    team: Team,
) -> None:
    role = await team.role("Maker", "api_keys:read", "api_keys:write", "orders:read")
    wilma = await team.colleague("Maker")
    both = await team.colleague("Maker", "viewer")
    beyond_id, beyond = await key(wilma, "api_keys:read", "orders:read")
    _, within = await key(wilma, "api_keys:read")
    _, held_otherwise = await key(both, "api_keys:read", "orders:read")

    body = {"permissions": ["api_keys:read", "api_keys:write"]}
    await team.owner.client.patch(f"/v1/roles/{role}", json=body)

    assert [await opens(team, one) for one in (beyond, within, held_otherwise)] == [
        False,
        True,
        True,
    ]
    kept = await team.owner.client.get("/v1/audit", params={"object_id": beyond_id})
    assert [entry["action"] for entry in kept.json()["data"]] == [
        "api_key.revoked",
        "api_key.created",
    ]


@pytest.mark.parametrize("first", ["the key", "the removal"])
async def test_a_key_that_is_made_while_its_maker_is_removed_opens_nothing(
    team: Team, first: str
) -> None:
    wilma = await team.colleague("admin")
    maker = Actor(
        kind=ActorKind.USER,
        tenant_id=team.tenant_id,
        id=wilma.user_id,
        scopes=frozenset({"*:read", "*:write"}),
    )

    async def make(tx: Tx) -> str:
        issued = await create_api_key(tx, maker, name="Till", scopes=["api_keys:read"])
        return issued.secret

    async def remove(tx: Tx) -> None:
        await remove_member(tx, team.world.operator, MemberId(wilma.member_id))

    if first == "the key":
        secret, _ = await race(team.world, make, remove)
        assert not await opens(team, secret)
    else:
        _, refused = await race(team.world, remove, make)
        assert refused.code == "scope_not_held"


@pytest.mark.parametrize("first", ["the key", "the change"])
async def test_a_key_that_is_made_while_a_role_shrinks_opens_no_more(
    team: Team, first: str
) -> None:
    role = RoleId(UUID(await team.role("Maker", "api_keys:write", "api_keys:read")))
    wilma = await team.colleague("Maker")
    maker = Actor(
        kind=ActorKind.USER,
        tenant_id=team.tenant_id,
        id=wilma.user_id,
        scopes=frozenset({"api_keys:write", "api_keys:read"}),
    )
    less = RoleChanges(permissions=["api_keys:write"])

    async def make(tx: Tx) -> str:
        issued = await create_api_key(tx, maker, name="Till", scopes=["api_keys:read"])
        return issued.secret

    shrink = partial(_shrink, operator=team.world.operator, role=role, changes=less)
    if first == "the key":
        secret, _ = await race(team.world, make, shrink)
        assert not await opens(team, secret)
    else:
        _, refused = await race(team.world, shrink, make)
        assert refused.code == "scope_not_held"


async def _shrink(tx: Tx, *, operator: Actor, role: RoleId, changes: RoleChanges) -> None:
    await update_role(tx, operator, role, changes)


async def test_a_key_that_makes_another_while_it_is_revoked_is_followed(team: Team) -> None:
    wilma = await team.colleague("admin")
    key_id, _ = await key(wilma, "api_keys:write", "api_keys:read")
    program = Actor(
        kind=ActorKind.API_KEY,
        tenant_id=team.tenant_id,
        id=UUID(key_id),
        scopes=frozenset({"api_keys:write", "api_keys:read"}),
    )

    async def make(tx: Tx) -> str:
        issued = await create_api_key(tx, program, name="Till", scopes=["api_keys:read"])
        return issued.secret

    async def remove(tx: Tx) -> None:
        await remove_member(tx, team.world.operator, MemberId(wilma.member_id))

    secret, _ = await race(team.world, make, remove)

    assert not await opens(team, secret)


async def test_what_changes_here_holds_on_every_process_from_the_next_request_on(
    team: Team, system: System, app_url: str
) -> None:
    wilma = await team.colleague("viewer")
    pool = await open_pool(app_url, size=2, name="guilder tests, another process")
    pool.signals = Signals(app_url)
    there = put_together(
        system.settings, pool, pool.signals, url=app_url, address="http://guilder.test"
    )
    transport = httpx.ASGITransport(app=there.door())
    async with httpx.AsyncClient(
        transport=transport, base_url="http://guilder.test", headers=dict(wilma.client.headers)
    ) as elsewhere:
        path = f"/v1/members/{wilma.member_id}"
        before = await elsewhere.get("/v1/orders")
        nothing = await team.role("Nothing", "ledger:read")
        await team.owner.client.patch(path, json={"role_ids": [nothing]})
        changed = await elsewhere.get("/v1/orders")
        await team.owner.client.delete(path)
        removed = await elsewhere.get("/v1/ledger/accounts")
    await pool.close()
    await there.numbers.close()

    assert before.status_code == 200
    problem(changed, 403, "permission_missing")
    problem(removed, 403, "not_a_member")
