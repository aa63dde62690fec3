"""Roles of a tenant's own: made, changed and deleted by those who hold what is in them."""

from typing import Any

import pytest

from guilder.identity.roles import HELD, BuiltIn
from guilder.identity.roles.roles import MOST_ROLES
from tests.http.documents import problem
from tests.identity.team import Team

BOOKS = {"name": "Bookkeeper", "description": "Reads.", "permissions": ["ledger:read"]}


async def test_every_tenant_has_four_roles_which_stay(team: Team) -> None:
    listed = (await team.owner.client.get("/v1/roles")).json()["data"]

    assert [role["built_in"] for role in listed] == ["owner", "admin", "developer", "viewer"]
    for role in listed:
        assert role["permissions"] == sorted(HELD[BuiltIn(role["name"])])
        path = f"/v1/roles/{role['id']}"
        changed = await team.owner.client.patch(path, json={"permissions": ["ledger:read"]})
        problem(changed, 409, "role_is_built_in")
        problem(await team.owner.client.delete(path), 409, "role_is_built_in")


async def test_a_role_is_made_shown_changed_and_deleted(team: Team) -> None:
    client = team.owner.client
    made = await client.post("/v1/roles", json=BOOKS)
    path = f"/v1/roles/{made.json()['id']}"

    changed = await client.patch(
        path, json={"name": " Books ", "permissions": ["orders:read", "ledger:read"]}
    )

    assert (made.status_code, made.json()["built_in"]) == (201, None)
    assert changed.json() == (await client.get(path)).json()
    assert (changed.json()["name"], changed.json()["description"]) == ("Books", "Reads.")
    assert changed.json()["permissions"] == ["ledger:read", "orders:read"]
    assert (await client.delete(path)).json()["id"] == made.json()["id"]
    problem(await client.get(path), 404, "role_not_found")
    problem(await client.patch(path, json={}), 404, "role_not_found")
    problem(await client.delete(path), 404, "role_not_found")


@pytest.mark.parametrize("name", ["bookkeeper", " BOOKKEEPER ", "Ｂookkeeper", "owner", "ADMIN"])
async def test_a_name_is_one_role_s_however_it_is_spelled(team: Team, name: str) -> None:
    client = team.owner.client
    await client.post("/v1/roles", json=BOOKS)
    other = await client.post("/v1/roles", json=BOOKS | {"name": "Other"})

    again = await client.post("/v1/roles", json=BOOKS | {"name": name})
    renamed = await client.patch(f"/v1/roles/{other.json()['id']}", json={"name": name})

    problem(again, 409, "role_name_taken")
    problem(renamed, 409, "role_name_taken")


@pytest.mark.parametrize("unseen", ["\u200b", "\u00ad", "\u202e", "\u2060", "\u0001", "\u001b[8m"])
async def test_a_name_that_looks_like_another_is_none(team: Team, unseen: str) -> None:
    client, name = team.owner.client, f"own{unseen}er"
    other = (await client.post("/v1/roles", json=BOOKS)).json()

    made = await client.post("/v1/roles", json=BOOKS | {"name": name})
    renamed = await client.patch(f"/v1/roles/{other['id']}", json={"name": name})

    problem(made, 422, "role_name_not_valid")
    problem(renamed, 422, "role_name_not_valid")


async def test_a_role_may_spell_its_own_name_anew(team: Team) -> None:
    made = (await team.owner.client.post("/v1/roles", json=BOOKS)).json()

    path = f"/v1/roles/{made['id']}"
    renamed = await team.owner.client.patch(path, json={"name": "BOOKKEEPER"})

    assert renamed.json()["name"] == "BOOKKEEPER"


async def test_a_permission_that_opens_nothing_is_refused(team: Team) -> None:
    wanted = ["ledger:raed", "ledger:read", "payments:*", "*:delete"]

    answer = await team.owner.client.post("/v1/roles", json=BOOKS | {"permissions": wanted})

    unknown = problem(answer, 422, "permission_not_known")["permissions"]
    assert unknown == ["*:delete", "ledger:raed", "payments:*"]


@pytest.mark.parametrize(
    ("held", "wanted", "beyond"),
    [
        (["roles:write", "ledger:read"], ["ledger:read"], []),
        (["roles:write"], ["ledger:read"], ["ledger:read"]),
        (["*:write"], ["*:write", "payments:write"], []),
        (["*:write"], ["*"], ["*"]),
        (["*:read", "*:write"], ["*:read", "*:write"], []),
        (["*:read", "*:write"], ["*"], ["*"]),
        (["*:read", "*:write"], ["tenant:own"], ["tenant:own"]),
        (["*"], ["*", "tenant:own"], []),
    ],
)
async def test_nobody_makes_or_changes_a_role_of_more_than_they_hold(
    team: Team, held: list[str], wanted: list[str], beyond: list[str]
) -> None:
    await team.role("Maker", *held)
    existing = await team.role("Existing", "roles:write")
    maker = await team.colleague("Maker")

    body = {"name": "Wanted", "permissions": wanted}
    made = await maker.client.post("/v1/roles", json=body)
    changed = await maker.client.patch(f"/v1/roles/{existing}", json={"permissions": wanted})
    own = await maker.client.patch(
        f"/v1/roles/{team.roles['Maker']}", json={"permissions": [*held, *wanted]}
    )

    for answer, status in ((made, 201), (changed, 200), (own, 200)):
        if beyond:
            assert problem(answer, 403, "not_yours_to_give")["permissions"] == beyond
        else:
            assert answer.status_code == status, answer.text


async def test_nobody_changes_or_deletes_a_role_that_holds_more(team: Team) -> None:
    await team.role("Maker", "roles:write")
    strong = await team.role("Strong", "roles:write", "payments:write")
    maker = await team.colleague("Maker")

    answers = [
        await maker.client.patch(f"/v1/roles/{strong}", json={"permissions": ["roles:write"]}),
        await maker.client.patch(f"/v1/roles/{strong}", json={"name": "Weak"}),
        await maker.client.delete(f"/v1/roles/{strong}"),
    ]

    for answer in answers:
        assert problem(answer, 403, "not_yours_to_give")["permissions"] == ["payments:write"]


async def test_a_role_in_use_stays(team: Team) -> None:
    role = await team.role("Books", "ledger:read")
    path = f"/v1/roles/{role}"
    wilma = await team.colleague("Books")
    invited = (await team.invite("somebody@person.example", "Books")).json()

    used = problem(await team.owner.client.delete(path), 409, "role_in_use")
    await team.owner.client.delete(f"/v1/members/{wilma.member_id}")
    asked = problem(await team.owner.client.delete(path), 409, "role_in_use")
    await team.owner.client.delete(f"/v1/invitations/{invited['id']}")
    deleted = await team.owner.client.delete(path)

    assert (used["members"], used["invitations"]) == (1, 1)
    assert (asked["members"], asked["invitations"]) == (0, 1)
    assert deleted.status_code == 200


async def test_a_changed_role_holds_for_all_who_have_it_from_the_next_request_on(
    team: Team,
) -> None:
    role = await team.role("Books", "ledger:read")
    wilma = await team.colleague("Books")
    before = await wilma.client.get("/v1/orders")

    await team.owner.client.patch(f"/v1/roles/{role}", json={"permissions": ["orders:read"]})

    problem(before, 403, "permission_missing")
    assert (await wilma.client.get("/v1/orders")).status_code == 200
    problem(await wilma.client.get("/v1/ledger/accounts"), 403, "permission_missing")


async def test_a_key_for_tests_says_nothing_about_members(team: Team) -> None:
    key = {"name": "Tests", "scopes": ["*"], "mode": "test"}
    secret = (await team.owner.client.post("/v1/api-keys", json=key)).json()["secret"]
    program = {"authorization": f"Bearer {secret}"}
    viewer = [team.roles["viewer"]]

    answers = [
        await team.owner.client.post("/v1/roles", json=BOOKS, headers=program),
        await team.owner.client.post(
            "/v1/invitations", json={"email": "x@y.example", "role_ids": viewer}, headers=program
        ),
        await team.owner.client.patch(
            f"/v1/members/{(await team.colleague('admin')).member_id}",
            json={"role_ids": viewer},
            headers=program,
        ),
    ]

    for answer in answers:
        problem(answer, 403, "live_actor_needed")


async def test_roles_have_an_end(team: Team) -> None:
    for number in range(MOST_ROLES - len(BuiltIn)):
        await team.role(f"Role {number}", "ledger:read")

    refused = await team.owner.client.post("/v1/roles", json=BOOKS)

    assert problem(refused, 409, "too_many_roles")["maximum"] == MOST_ROLES


@pytest.mark.parametrize(
    "sent",
    [
        {"built_in": "owner"},
        {"id": "00000000-0000-7000-8000-000000000000"},
        {"tenant_id": "00000000-0000-7000-8000-000000000000"},
        {"permissions": []},
        {"permissions": None},
        {"name": " "},
    ],
)
async def test_nothing_else_of_a_role_can_be_sent(team: Team, sent: dict[str, Any]) -> None:
    role = await team.role("Books", "ledger:read")

    made = await team.owner.client.post("/v1/roles", json=BOOKS | sent)
    changed = await team.owner.client.patch(f"/v1/roles/{role}", json=sent)

    problem(made, 422, "invalid_request")
    problem(changed, 422, "invalid_request")


async def test_what_is_done_with_roles_is_told_and_kept(team: Team) -> None:
    role = await team.role("Books", "ledger:read")
    path = f"/v1/roles/{role}"
    await team.owner.client.patch(path, json={"permissions": ["orders:read"]})
    await team.owner.client.patch(path, json={"permissions": ["orders:read"]})
    await team.owner.client.delete(path)

    listed = (await team.owner.client.get("/v1/audit", params={"object_id": role})).json()["data"]

    assert [entry["action"] for entry in listed] == ["role.deleted", "role.updated", "role.created"]
    assert listed[1]["before"] == {"permissions": ["ledger:read"]}
    assert listed[1]["after"] == {"permissions": ["orders:read"]}
    assert {entry["actor"]["id"] for entry in listed} == {str(team.owner.user_id)}
