"""Whoever was invited becomes a member, once, as the user they are or as somebody new."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import httpx
import pytest

from guilder import identity
from guilder.identity.members import add_member
from guilder.identity.roles import RoleId
from guilder.identity.users import Home, UserId
from guilder.kernel import TenantId, new_token
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, somebody, visiting
from tests.identity.team import Team

ACCEPT = "/v1/invitations/acceptances"
DECLINE = "/v1/invitations/declines"
EXPIRE_KEY = "update identity.api_key set expires_at = now() where id = $1"


def newcomer(token: str, **more: Any) -> dict[str, Any]:
    return {"token": token, "name": "Wilma Vos", "password": PASSWORD} | more


def someone() -> str:
    return str(somebody()["email"])


async def accept(person: Person, token: str) -> httpx.Response:
    return await person.client.post(ACCEPT, json={"token": token})


async def test_somebody_new_signs_up_and_is_a_member_in_one_call(
    team: Team, visitor: httpx.AsyncClient
) -> None:
    email = someone()
    invitation, token = await team.invited(email, "developer")

    answer = await visitor.post(ACCEPT, json=newcomer(token))

    welcome = answer.json()
    assert answer.status_code == 201, answer.text
    assert (welcome["tenant_id"], welcome["tenant_name"]) == (
        str(team.tenant_id),
        team.world.tenant.name,
    )
    assert (welcome["member"]["email"], welcome["member"]["email_verified"]) == (email, True)
    assert [role["name"] for role in welcome["member"]["roles"]] == ["developer"]
    assert "password" not in answer.text
    visitor.headers["authorization"] = f"Bearer {welcome['session']['token']}"
    assert (await visitor.get("/v1/me")).json()["tenant_id"] == str(team.tenant_id)
    assert (await visitor.get("/v1/products")).status_code == 200
    shown = (await team.owner.client.get(f"/v1/invitations/{invitation}")).json()
    assert (shown["status"], shown["accepted_by"]) == ("accepted", welcome["member"]["user_id"])


async def test_somebody_who_signs_in_already_comes_with_their_session(team: Team) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email.upper(), "viewer")

    answer = await accept(wilma, token)

    assert answer.status_code == 201, answer.text
    assert (answer.json()["session"], answer.json()["tenant_id"]) == (None, str(team.tenant_id))
    assert str(wilma.user_id) in await team.members()
    assert (await (await team.here(wilma)).get("/v1/products")).status_code == 200


async def test_a_session_of_another_address_accepts_nothing(team: Team) -> None:
    thief = await team.stranger()
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)

    problem(await accept(thief, token), 403, "invitation_for_another")

    assert str(thief.user_id) not in await team.members()
    assert (await accept(wilma, token)).status_code == 201


async def test_whoever_signs_in_with_the_address_does_not_sign_up_again(
    team: Team, visitor: httpx.AsyncClient
) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)

    problem(await visitor.post(ACCEPT, json=newcomer(token)), 409, "sign_in_first")
    assert (await accept(wilma, token)).status_code == 201


async def test_an_invitation_is_replayed_by_nobody(team: Team, visitor: httpx.AsyncClient) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)
    await accept(wilma, token)

    answers = [
        await accept(wilma, token),
        await visitor.post(ACCEPT, json=newcomer(token)),
        await visitor.post(DECLINE, json={"token": token}),
    ]
    await team.owner.client.delete(
        f"/v1/members/{(await team.members())[str(wilma.user_id)]['id']}"
    )
    after_the_removal = await accept(wilma, token)

    for answer in (*answers, after_the_removal):
        problem(answer, 404, "invitation_not_open")


async def test_of_many_who_accept_at_once_one_becomes_a_member(team: Team) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)

    answers = await asyncio.gather(*(accept(wilma, token) for _ in range(6)))

    assert sorted(answer.status_code for answer in answers) == [201] + [404] * 5
    assert len(await team.members()) == 2


async def test_of_many_who_sign_up_at_once_one_becomes_a_member(team: Team) -> None:
    _, token = await team.invited(someone())
    async with visiting(team.system) as visitor:
        answers = await asyncio.gather(
            *(visitor.post(ACCEPT, json=newcomer(token)) for _ in range(6))
        )

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1
    assert {answer.json()["code"] for answer in answers if answer.status_code != 201} <= {
        "invitation_not_open",
        "sign_in_first",
    }
    assert len(await team.members()) == 2


async def test_only_the_newest_mail_opens(team: Team, database: Any) -> None:
    wilma = await team.stranger()
    invitation, older = await team.invited(wilma.email)
    await database.execute(
        "update identity.invitation set last_mailed_at = null where id = $1", invitation
    )
    await team.owner.client.post(f"/v1/invitations/{invitation}/mails")
    newer = await team.token(invitation)

    problem(await accept(wilma, older), 404, "invitation_not_open")
    assert (await accept(wilma, newer)).status_code == 201


@pytest.mark.parametrize("end", ["revoked", "declined", "expired", "suspended", "cancelled"])
async def test_an_invitation_that_is_over_opens_nothing(
    team: Team, end: str, visitor: httpx.AsyncClient, database: Any
) -> None:
    wilma = await team.stranger()
    invitation, token = await team.invited(wilma.email)

    match end:
        case "revoked":
            await team.owner.client.delete(f"/v1/invitations/{invitation}")
        case "declined":
            said = await visitor.post(DECLINE, json={"token": token})
            assert said.status_code == 204
        case "expired":
            async with database.transaction():
                await database.execute("set local session_replication_role = replica")
                await database.execute(
                    "update identity.invitation set created_at = now() - interval '8 days',"
                    " expires_at = now() where id = $1",
                    invitation,
                )
        case "suspended":
            await team.world.do(identity.suspend)
        case "cancelled":
            await team.world.do(identity.cancel)

    for answer in (
        await accept(wilma, token),
        await visitor.post(ACCEPT, json=newcomer(token)),
        await visitor.post(DECLINE, json={"token": token}),
    ):
        problem(answer, 404, "invitation_not_open")


async def test_a_suspended_tenant_s_invitation_opens_again_when_it_is_resumed(team: Team) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)
    await team.world.do(identity.suspend)
    problem(await accept(wilma, token), 404, "invitation_not_open")

    await team.world.do(identity.resume)

    assert (await accept(wilma, token)).status_code == 201


@pytest.mark.parametrize("change", ["removed", "demoted", "key revoked", "key expired"])
async def test_an_invitation_is_as_good_as_whoever_sent_it(
    team: Team, change: str, database: Any
) -> None:
    """Else whoever is about to be removed would ask another of their addresses in before."""
    admin, wilma = await team.colleague("admin"), await team.stranger()
    if change.startswith("key"):
        body = {"name": "Till", "scopes": ["members:write"]}
        key = await admin.client.post("/v1/api-keys", json=body)
        assert key.status_code == 201, key.text
        role = await team.role("Inviter", "members:write")
        made = await team.owner.client.post(
            "/v1/invitations",
            json={"email": wilma.email, "role_ids": [role]},
            headers={"authorization": f"Bearer {key.json()['secret']}"},
        )
        assert made.status_code == 201, made.text
        token = await team.token(made.json()["id"])
        if change == "key revoked":
            await team.owner.client.delete(f"/v1/members/{admin.member_id}")
        else:
            await database.execute(EXPIRE_KEY, key.json()["id"])
    else:
        _, token = await team.invited(wilma.email, "developer", by=admin)
        path = f"/v1/members/{admin.member_id}"
        if change == "removed":
            await team.owner.client.delete(path)
        else:
            await team.owner.client.patch(path, json={"role_ids": [team.roles["developer"]]})

    problem(await accept(wilma, token), 404, "invitation_not_open")


async def test_whoever_became_a_member_otherwise_does_not_become_one_again(team: Team) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)
    home = Home(TenantId(wilma.tenant_id), UserId(wilma.user_id))
    viewer = RoleId(UUID(team.roles["viewer"]))
    member = await team.world.do(partial(add_member, home=home, role_ids=[viewer]))

    answer = await accept(wilma, token)

    problem(answer, 409, "member_before")
    assert (await team.members())[str(wilma.user_id)]["id"] == str(member.id)


@pytest.mark.parametrize(
    "token",
    [
        "gi_",
        "gi_" + "0" * 88,
        "",
        "x" * 100,
        "{session}",
        "{forged}",
        "{elsewhere}",
    ],
)
async def test_what_was_never_mailed_opens_nothing(team: Team, token: str) -> None:
    wilma = await team.stranger()
    await team.invited(wilma.email)
    token = token.format(
        session=wilma.token,
        forged=new_token("gi", team.tenant_id),
        elsewhere=new_token("gi", TenantId(wilma.tenant_id)),
    )

    answer = await accept(wilma, token)

    if token:
        problem(answer, 404, "invitation_not_open")
    else:
        problem(answer, 422, "invalid_request")


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer gs_", "Bearer {key}", "Bearer {gone}"])
async def test_a_session_that_is_none_accepts_nothing(team: Team, authorization: str) -> None:
    wilma = await team.stranger()
    _, token = await team.invited(wilma.email)
    key = (await team.world.key("*")).secret
    shown = authorization.format(key=key, gone=wilma.token)
    await wilma.client.delete("/v1/sessions/current")

    async with visiting(team.system, authorization=shown) as visitor:
        answer = await visitor.post(ACCEPT, json=newcomer(token))

    problem(answer, 401, "session_not_open")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"password": None}, "nobody_joins"),
        ({"name": None}, "nobody_joins"),
        ({"password": "short"}, "password_too_short"),
        ({"password": "password1234"}, "password_too_common"),
        ({"role_ids": []}, "invalid_request"),
        ({"email": "another@person.example"}, "invalid_request"),
        ({"is_verified": True}, "invalid_request"),
    ],
)
async def test_whoever_signs_up_cannot_say_more_and_not_less(
    team: Team, visitor: httpx.AsyncClient, sent: dict[str, Any], code: str
) -> None:
    _, token = await team.invited(someone())

    answer = await visitor.post(ACCEPT, json=newcomer(token) | sent)

    problem(answer, 422, code)
    assert (await visitor.post(ACCEPT, json=newcomer(token))).status_code == 201


async def test_a_username_that_is_taken_leaves_the_invitation_open(
    team: Team, visitor: httpx.AsyncClient
) -> None:
    name = somebody()["name"].replace(" ", "_")
    await team.stranger(username=name)
    _, token = await team.invited(someone())

    taken = await visitor.post(ACCEPT, json=newcomer(token, username=name.upper()))

    problem(taken, 409, "username_taken")
    assert (await visitor.post(ACCEPT, json=newcomer(token))).status_code == 201


async def test_what_was_answered_is_told_and_kept(team: Team, visitor: httpx.AsyncClient) -> None:
    wilma = await team.stranger()
    accepted, token = await team.invited(wilma.email)
    await accept(wilma, token)
    declined, token = await team.invited(someone())
    await visitor.post(DECLINE, json={"token": token})

    entries = [
        (await team.owner.client.get("/v1/audit", params={"object_id": one})).json()["data"][0]
        for one in (accepted, declined)
    ]
    await team.world.all_relayed(team.post.owner)
    told = (await team.owner.client.get("/v1/events", params={"limit": 100})).json()["data"]

    assert [entry["action"] for entry in entries] == ["invitation.accepted", "invitation.declined"]
    assert entries[0]["actor"] == {"kind": "user", "id": str(wilma.user_id)}
    assert entries[1]["actor"] == {"kind": "visitor", "id": None}
    kinds = {event["type"] for event in told}
    assert {"invitation.created", "invitation.accepted", "invitation.declined"} <= kinds
