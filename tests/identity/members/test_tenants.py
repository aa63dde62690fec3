"""What becomes of members when their tenant is suspended or cancelled, or its tier falls."""

from guilder import identity
from tests.http.documents import problem
from tests.identity.people import PASSWORD
from tests.identity.team import Team


async def test_members_of_a_suspended_tenant_read_and_do_not_write(team: Team) -> None:
    wilma = await team.colleague("admin")
    await team.world.do(identity.suspend)

    for client in (team.owner.client, wilma.client):
        assert (await client.get("/v1/members")).status_code == 200
        body = {"name": "Books", "permissions": ["ledger:read"]}
        problem(await client.post("/v1/roles", json=body), 403, "tenant_may_not_write")
        path = f"/v1/members/{wilma.member_id}"
        problem(await client.delete(path), 403, "tenant_may_not_write")
    to_wilma = {"member_id": str(wilma.member_id), "password": PASSWORD}
    refused = await team.owner.client.post("/v1/tenant/ownership-transfers", json=to_wilma)
    problem(refused, 403, "tenant_may_not_write")
    assert (await wilma.person.client.get("/v1/members")).status_code == 200

    await team.world.do(identity.resume)
    assert (await wilma.client.delete(f"/v1/members/{wilma.member_id}")).status_code == 200


async def test_members_of_a_cancelled_tenant_do_neither(team: Team) -> None:
    wilma = await team.colleague("admin")
    await team.world.do(identity.cancel)

    for client in (team.owner.client, wilma.client):
        problem(await client.get("/v1/members"), 401, "not_authenticated")
        body = {"name": "Books", "permissions": ["ledger:read"]}
        problem(await client.post("/v1/roles", json=body), 401, "not_authenticated")
    known = (await wilma.person.client.get("/v1/me/tenants")).json()["data"]
    assert {each["status"] for each in known} == {"active", "cancelled"}


async def test_an_invitation_does_not_go_beyond_a_tier_that_fell(team: Team) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)
    for _ in range(4):
        await team.colleague("viewer")
    await team.post.owner.execute(
        "update identity.tenant set subscription_tier = 'free' where id = $1", team.tenant_id
    )

    refused = await wilma.client.post("/v1/invitations/acceptances", json={"token": token})

    document = problem(refused, 403, "quota_exceeded")
    assert (document["quota"], document["limit"]) == ("members", 5)
    await team.post.owner.execute(
        "update identity.tenant set subscription_tier = 'pro' where id = $1", team.tenant_id
    )
    again = await wilma.client.post("/v1/invitations/acceptances", json={"token": token})
    assert again.status_code == 201
