"""Members: seen, given other roles, and removed, by those who hold what they hold."""

from typing import Any

import pytest

from tests.http.documents import problem
from tests.identity.team import Colleague, Team


async def roles_of(team: Team, colleague: Colleague) -> list[str]:
    shown = (await team.owner.client.get(f"/v1/members/{colleague.member_id}")).json()
    return [role["name"] for role in shown["roles"]]


async def test_members_are_seen_with_their_faces_wherever_they_are_at_home(team: Team) -> None:
    wilma = await team.colleague("developer", "viewer", name="Wilma Vos")

    known = await team.members()

    shown = known[str(wilma.user_id)]
    assert (shown["name"], shown["email"]) == ("Wilma Vos", wilma.person.email)
    assert (shown["email_verified"], shown["is_owner"]) == (True, False)
    assert [role["name"] for role in shown["roles"]] == ["developer", "viewer"]
    assert known[str(team.owner.user_id)]["is_owner"] is True
    assert len(known) == 2


async def test_a_list_of_members_has_pages(team: Team) -> None:
    for _ in range(2):
        await team.colleague("viewer")

    first = (await team.owner.client.get("/v1/members", params={"limit": 2})).json()
    rest = (
        await team.owner.client.get(
            "/v1/members", params={"limit": 2, "cursor": first["next_cursor"]}
        )
    ).json()

    assert (len(first["data"]), first["has_more"]) == (2, True)
    assert [each["is_owner"] for each in rest["data"]] == [True]


async def test_other_roles_hold_from_the_next_request_on(team: Team) -> None:
    wilma = await team.colleague("viewer")
    body = {"name": "Tulip", "type": "one_time", "currency": "EUR"}
    before = await wilma.client.post("/v1/products", json=body)

    changed = await team.owner.client.patch(
        f"/v1/members/{wilma.member_id}", json={"role_ids": [team.roles["developer"]]}
    )

    assert problem(before, 403, "permission_missing")["needs"] == "products:write"
    assert [role["name"] for role in changed.json()["roles"]] == ["developer"]
    assert (await wilma.client.post("/v1/products", json=body)).status_code != 403


async def test_what_is_not_named_stays(team: Team) -> None:
    wilma = await team.colleague("viewer", "developer")
    path = f"/v1/members/{wilma.member_id}"

    changed = (await team.owner.client.patch(path, json={"metadata": {"desk": "north"}})).json()
    same = (await team.owner.client.patch(path, json={})).json()

    assert changed["metadata"] == same["metadata"] == {"desk": "north"}
    assert [role["name"] for role in same["roles"]] == ["developer", "viewer"]
    assert same["updated_at"] == changed["updated_at"]


async def test_a_removed_member_does_nothing_here_and_everything_at_home(team: Team) -> None:
    wilma = await team.colleague("admin")

    removed = await team.owner.client.delete(f"/v1/members/{wilma.member_id}")

    assert removed.json()["user_id"] == str(wilma.user_id)
    problem(await wilma.client.get("/v1/members"), 403, "not_a_member")
    assert (await wilma.person.client.get("/v1/members")).status_code == 200
    assert (await wilma.person.client.get("/v1/me")).status_code == 200
    again = await team.owner.client.delete(f"/v1/members/{wilma.member_id}")
    problem(again, 404, "member_not_found")


async def test_the_owner_stays_and_keeps_the_owner_s_role(team: Team) -> None:
    path = f"/v1/members/{team.owner.member_id}"
    admin = await team.colleague("admin")
    powerful = await team.role("Powerful", "*")
    equal = await team.colleague("Powerful")

    for client in (team.owner.client, equal.client):
        problem(await client.delete(path), 409, "owner_stays")
        refused = await client.patch(path, json={"role_ids": [powerful]})
        problem(refused, 409, "owner_stays")
    problem(await admin.client.delete(path), 409, "owner_stays")
    more = {"role_ids": [team.roles["owner"], team.roles["viewer"]]}
    assert (await team.owner.client.patch(path, json=more)).status_code == 200
    assert await roles_of(team, team.owner) == ["owner", "viewer"]


async def test_nobody_else_is_given_the_owner_s_role(team: Team) -> None:
    wilma = await team.colleague("admin")
    owner = {"role_ids": [team.roles["owner"]]}

    for client in (team.owner.client, wilma.client):
        refused = await client.patch(f"/v1/members/{wilma.member_id}", json=owner)
        assert refused.json()["code"] in {"one_owner_only", "not_yours_to_give"}
        problem(await team.invite("x@person.example", "owner"), 409, "one_owner_only")
    assert await roles_of(team, wilma) == ["admin"]


@pytest.mark.parametrize(
    ("held", "wanted", "beyond"),
    [
        (["members:write"], ["members:write"], []),
        (["members:write"], ["payments:read"], ["payments:read"]),
        (["*:write"], ["payments:write"], []),
        (["*:write"], ["*:write"], []),
        (["*:write"], ["*:read"], ["*:read"]),
        (["*:write"], ["*"], ["*"]),
        (["*:read", "*:write"], ["*"], ["*"]),
        (["*:read", "*:write"], ["tenant:own"], ["tenant:own"]),
        (["members:write", "payments:write"], ["*:write"], ["*:write"]),
        (["*"], ["*"], []),
    ],
)
async def test_nobody_gives_a_role_that_holds_more(
    team: Team, held: list[str], wanted: list[str], beyond: list[str]
) -> None:
    await team.role("Giver", *held)
    given = await team.role("Given", *wanted)
    giver, other = await team.colleague("Giver"), await team.colleague("Giver")

    for member_id in (giver.member_id, other.member_id):
        answer = await giver.client.patch(
            f"/v1/members/{member_id}", json={"role_ids": [team.roles["Giver"], given]}
        )
        if beyond:
            assert problem(answer, 403, "not_yours_to_give")["permissions"] == beyond
        else:
            assert answer.status_code == 200, answer.text
    invited = await team.invite("somebody@person.example", "Given", by=giver)
    assert invited.status_code == (403 if beyond else 201)


async def test_nobody_changes_or_removes_members_who_hold_more(team: Team) -> None:
    await team.role("Keeper", "members:write", "payments:read")
    await team.role("Payer", "payments:read", "payments:write")
    keeper, payer = await team.colleague("Keeper"), await team.colleague("Payer")
    path = f"/v1/members/{payer.member_id}"

    answers = [
        await keeper.client.delete(path),
        await keeper.client.patch(path, json={"role_ids": [team.roles["Keeper"]]}),
        await keeper.client.patch(path, json={"metadata": {"desk": "south"}}),
    ]

    for answer in answers:
        document = problem(answer, 403, "not_yours_to_give")
        assert document["permissions"] == ["payments:write"]
    assert await roles_of(team, payer) == ["Payer"]


@pytest.mark.parametrize(
    "sent",
    [
        {"user_id": "00000000-0000-7000-8000-000000000000"},
        {"is_owner": True},
        {"home_tenant_id": "00000000-0000-7000-8000-000000000000"},
        {"permissions": ["*"]},
        {"email": "another@person.example"},
        {"role_ids": []},
        {"role_ids": None},
    ],
)
async def test_nothing_else_of_a_member_can_be_sent(team: Team, sent: dict[str, Any]) -> None:
    answer = await team.owner.client.patch(f"/v1/members/{team.owner.member_id}", json=sent)

    problem(answer, 422, "invalid_request")


async def test_a_role_of_another_tenant_is_none(team: Team) -> None:
    stranger = await team.stranger()
    foreign = (await stranger.client.get("/v1/roles")).json()["data"][0]["id"]
    wilma = await team.colleague("viewer")

    for role_id in (foreign, "00000000-0000-7000-8000-000000000000"):
        answer = await team.owner.client.patch(
            f"/v1/members/{wilma.member_id}", json={"role_ids": [role_id]}
        )
        assert problem(answer, 422, "role_not_known")["role_ids"] == [role_id]


async def test_what_is_done_with_members_is_told_and_kept(team: Team) -> None:
    wilma = await team.colleague("viewer")
    path = f"/v1/members/{wilma.member_id}"
    await team.owner.client.patch(path, json={"role_ids": [team.roles["developer"]]})
    await team.owner.client.patch(path, json={"role_ids": [team.roles["developer"]]})
    await team.owner.client.delete(path)

    await team.world.all_relayed(team.post.owner)
    events = (await team.owner.client.get("/v1/events", params={"limit": 100})).json()["data"]
    listed = await team.owner.client.get("/v1/audit", params={"object_id": str(wilma.member_id)})

    told = [each["type"] for each in events if each["data"]["id"] == str(wilma.member_id)]
    assert told == ["member.removed", "member.updated", "member.added"]
    entries = listed.json()["data"]
    assert [each["action"] for each in entries] == told
    assert entries[1]["before"] == {"role_ids": [team.roles["viewer"]]}
    assert entries[1]["after"] == {"role_ids": [team.roles["developer"]]}
