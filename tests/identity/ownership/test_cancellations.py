"""The owner ends a tenant's use for good, in person and with their password."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder import identity
from guilder.identity.ownership import OwnerNeeded
from guilder.identity.ownership.cancellations import cancel_for
from guilder.kernel import Actor, ActorKind
from tests.http.documents import problem
from tests.identity.people import PASSWORD
from tests.identity.team import Colleague, Team

CANCEL = "/v1/tenant/cancellations"
PROVED = {"password": PASSWORD}


async def cancel(by: Colleague, sent: Any = None, **more: Any) -> httpx.Response:
    return await by.client.post(CANCEL, json=PROVED if sent is None else sent, **more)


async def test_the_owner_cancels_the_tenant_and_nobody_reads_or_writes_in_it(team: Team) -> None:
    wilma = await team.colleague("admin")
    async with team.world.program("*") as program:
        cancelled = await cancel(team.owner)
        by_program = await program.get("/v1/tenant")

    assert (cancelled.status_code, cancelled.json()["status"]) == (201, "cancelled")
    problem(by_program, 401, "not_authenticated")
    for one in (team.owner, wilma):
        problem(await one.client.get("/v1/tenant"), 401, "not_authenticated")
    problem(await cancel(team.owner), 401, "not_authenticated")
    known = (await team.owner.client.get("/v1/me/tenants")).json()["data"]
    assert [each["status"] for each in known] == ["cancelled"]
    assert (await wilma.person.client.get("/v1/tenant")).json()["status"] == "active"


@pytest.mark.parametrize("sent", [{"password": "not the password"}, {}])
async def test_it_takes_the_owner_s_password(team: Team, sent: dict[str, str]) -> None:
    problem(await cancel(team.owner, sent), 403, "password_not_right")

    assert (await team.owner.client.get("/v1/tenant")).json()["status"] == "active"


async def test_an_owner_who_signs_in_elsewhere_only_has_none_to_show(team: Team) -> None:
    await team.post.owner.execute(
        "update identity.user_account set password_hash = null, sso_provider = 'https://id.example',"
        " sso_subject = $2 where id = $1",
        team.owner.user_id,
        str(team.owner.user_id),
    )

    assert (await cancel(team.owner, {})).status_code == 201


async def test_nobody_but_the_owner_in_person_cancels_it(team: Team) -> None:
    await team.role("Powerful", "*")
    equal, admin = await team.colleague("Powerful"), await team.colleague("admin")
    key = (await team.world.key("*")).secret

    problem(await cancel(equal), 403, "owner_needed")
    problem(await cancel(admin), 403, "permission_missing")
    by_key = await cancel(team.owner, headers={"authorization": f"Bearer {key}"})
    problem(by_key, 403, "owner_needed")


async def test_who_has_handed_it_over_meanwhile_does_not_cancel_it(team: Team) -> None:
    """Between the password and the end somebody else may have become the owner."""
    wilma = await team.colleague("viewer")
    person = team.owner.person
    actor = Actor(
        kind=ActorKind.USER,
        tenant_id=team.tenant_id,
        id=person.user_id,
        session_id=person.session_id,
    )
    to_wilma = PROVED | {"member_id": str(wilma.member_id)}
    await team.owner.client.post("/v1/tenant/ownership-transfers", json=to_wilma)

    with pytest.raises(OwnerNeeded):
        await team.world.do(lambda tx: cancel_for(tx, actor))

    assert (await wilma.client.get("/v1/tenant")).json()["status"] == "active"


async def test_a_suspended_tenant_is_not_cancelled_by_its_owner(team: Team) -> None:
    """It reads and does not write, until the operator has it go on."""
    await team.world.do(identity.suspend)

    problem(await cancel(team.owner), 403, "tenant_may_not_write")


async def test_of_several_at_once_it_is_cancelled_once(team: Team) -> None:
    answers = await asyncio.gather(*(cancel(team.owner) for _ in range(4)))

    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 201
    assert set(codes[1:]) <= {401, 409}
    kept = await team.post.owner.fetch(
        "select actor_kind, before::text, after::text from identity.audit_entry"
        " where tenant_id = $1 and action = 'tenant.cancelled'",
        team.tenant_id,
    )
    assert [tuple(entry) for entry in kept] == [
        ("user", '{"status": "active"}', '{"status": "cancelled"}')
    ]
