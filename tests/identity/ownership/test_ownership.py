"""A user founds tenants, and hands one over to another member, with their password."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from guilder.identity.ownership.founding import MOST_OWNED, Founding, _begin
from guilder.identity.tenants import new_tenant_id
from guilder.identity.users import Home, UserId
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person
from tests.identity.team import Colleague, Team
from tests.race import race
from tests.world import World

TRANSFER = "/v1/tenant/ownership-transfers"


async def hand_over(
    by: Colleague, to: Colleague, password: str = PASSWORD, **more: Any
) -> httpx.Response:
    body = {"member_id": str(to.member_id), "password": password}
    return await by.client.post(TRANSFER, json=body, **more)


def names(member: dict[str, Any]) -> list[str]:
    return [role["name"] for role in member["roles"]]


async def test_the_owner_hands_the_tenant_over(team: Team) -> None:
    wilma = await team.colleague("viewer")

    answer = await hand_over(team.owner, wilma)

    assert (answer.status_code, answer.json()["owner_id"]) == (201, str(wilma.user_id))
    known = await team.members()
    new, old = known[str(wilma.user_id)], known[str(team.owner.user_id)]
    assert (new["is_owner"], names(new)) == (True, ["owner", "viewer"])
    assert (old["is_owner"], names(old)) == (False, ["admin"])
    problem(await hand_over(team.owner, wilma), 403, "permission_missing")
    problem(await team.owner.client.delete(f"/v1/members/{wilma.member_id}"), 409, "owner_stays")
    assert (await wilma.client.delete(f"/v1/members/{team.owner.member_id}")).status_code == 200
    assert (await hand_over(wilma, wilma)).json()["code"] == "owns_it_already"


async def test_both_are_told_by_mail(team: Team) -> None:
    wilma = await team.colleague("viewer", name="Wilma Vos")

    await hand_over(team.owner, wilma)

    mine, theirs = [
        await team.post.letter(one.person, kind="ownership_transferred")
        for one in (team.owner, wilma)
    ]
    for letter in (mine, theirs):
        assert team.world.tenant.name in letter.text
    assert "Wilma Vos" in mine.text
    assert mine.text != theirs.text


async def test_it_takes_the_owner_s_password_and_guesses_are_braked(team: Team) -> None:
    wilma = await team.colleague("admin")

    answers = [await hand_over(team.owner, wilma, "not the password") for _ in range(6)]
    braked = await hand_over(team.owner, wilma)

    for answer in (*answers, braked):
        problem(answer, 403, "password_not_right")
    assert (await team.members())[str(team.owner.user_id)]["is_owner"] is True


async def test_nobody_but_the_owner_in_person_hands_it_over(team: Team) -> None:
    await team.role("Powerful", "*")
    equal, admin = await team.colleague("Powerful"), await team.colleague("admin")
    key = (await team.world.key("*")).secret

    by_equal = await hand_over(equal, equal)
    by_admin = await hand_over(admin, admin)
    by_key = await hand_over(team.owner, admin, headers={"authorization": f"Bearer {key}"})

    problem(by_equal, 403, "owner_needed")
    problem(by_admin, 403, "permission_missing")
    problem(by_key, 403, "owner_needed")


@pytest.mark.parametrize("whose", ["nobody's", "another tenant's", "removed"])
async def test_it_goes_to_a_member(team: Team, whose: str) -> None:
    wilma, stranger = await team.colleague("admin"), await team.stranger()
    elsewhere = (await stranger.client.get("/v1/members")).json()["data"][0]["id"]
    member_id = {
        "nobody's": "00000000-0000-7000-8000-000000000000",
        "another tenant's": elsewhere,
        "removed": str(wilma.member_id),
    }[whose]
    await team.owner.client.delete(f"/v1/members/{wilma.member_id}")

    answer = await team.owner.client.post(
        TRANSFER, json={"member_id": member_id, "password": PASSWORD}
    )

    problem(answer, 404, "member_not_found")


async def test_who_hands_it_over_keeps_no_key_that_opens_more(team: Team) -> None:
    wilma = await team.colleague("viewer")
    keys = []
    for scopes in (["*"], ["members:read"]):
        made = await team.owner.client.post("/v1/api-keys", json={"name": "Till", "scopes": scopes})
        keys.append(made.json()["secret"])

    await hand_over(team.owner, wilma)

    answers = [
        await wilma.client.get("/v1/members", headers={"authorization": f"Bearer {key}"})
        for key in keys
    ]
    assert [answer.status_code for answer in answers] == [401, 200]


async def test_of_two_to_whom_it_goes_at_once_one_has_it(team: Team) -> None:
    both = [await team.colleague("viewer") for _ in range(2)]

    answers = await asyncio.gather(*(hand_over(team.owner, one) for one in both))

    assert sorted(answer.status_code for answer in answers) == [201, 403]
    owners = [each for each in (await team.members()).values() if each["is_owner"]]
    assert len(owners) == 1


async def test_the_transfer_is_told_and_kept(team: Team) -> None:
    wilma = await team.colleague("viewer")
    await hand_over(team.owner, wilma)

    listed = await wilma.client.get("/v1/audit", params={"action": "tenant.ownership_transferred"})

    (entry,) = listed.json()["data"]
    assert entry["before"] == {"owner_id": str(team.owner.user_id)}
    assert entry["after"] == {"owner_id": str(wilma.user_id)}
    assert PASSWORD not in (await wilma.client.get("/v1/audit/export")).text


async def test_a_user_founds_another_tenant_and_owns_it(person: Person) -> None:
    answer = await person.client.post("/v1/tenants", json={"name": "Second Shop"})

    shop = answer.json()
    assert (answer.status_code, shop["owner_id"]) == (201, str(person.user_id))
    there = {"guilder-tenant": shop["id"]}
    members = (await person.client.get("/v1/members", headers=there)).json()["data"]
    assert [(each["user_id"], each["is_owner"]) for each in members] == [
        (str(person.user_id), True)
    ]
    known = (await person.client.get("/v1/me/tenants")).json()["data"]
    assert [(each["tenant_id"], each["is_owner"], each["roles"]) for each in known] == [
        (str(person.tenant_id), True, ["owner"]),
        (shop["id"], True, ["owner"]),
    ]
    assert (await person.client.get("/v1/me", headers=there)).json()["tenant_id"] == str(
        person.tenant_id
    )


async def test_one_owns_so_many_and_no_more(person: Person, database: asyncpg.Connection) -> None:
    """Those that were cancelled are nobody's any more."""
    bodies = [{"name": f"Shop {number}"} for number in range(MOST_OWNED)]
    answers = [await person.client.post("/v1/tenants", json=body) for body in bodies]
    cancel = "update identity.tenant set status = 'cancelled' where id = $1"
    await database.execute(cancel, answers[0].json()["id"])
    again = await person.client.post("/v1/tenants", json={"name": "Another"})

    assert [answer.status_code for answer in answers[:-1]] == [201] * (MOST_OWNED - 1)
    assert problem(answers[-1], 409, "too_many_tenants")["maximum"] == MOST_OWNED
    assert again.status_code == 201, again.text


async def test_the_same_request_founds_it_once(person: Person) -> None:
    again = {"idempotency-key": "found"}
    answers = await asyncio.gather(
        *(
            person.client.post("/v1/tenants", json={"name": "Second Shop"}, headers=again)
            for _ in range(4)
        )
    )
    last = await person.client.post("/v1/tenants", json={"name": "Second Shop"}, headers=again)

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert last.status_code == 201
    assert len((await person.client.get("/v1/me/tenants")).json()["data"]) == 2


async def test_two_who_found_the_same_at_once_found_it_once(team: Team) -> None:
    """Whoever repeats a request goes on with its work, while the first may not have ended."""
    async with team.world.tx() as tx:
        tenant_id = await new_tenant_id(tx)
    shop = World(team.system, msgspec.structs.replace(team.world.tenant, id=tenant_id))
    home = Home(team.tenant_id, UserId(team.owner.user_id))
    begin = partial(_begin, founding=Founding(tenant_id, home, "Second Shop", None))

    one, other = await race(shop, begin, begin)

    assert one == other
    assert one.id == tenant_id


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"slug": "Not A Slug"}, 422, "slug_not_valid"),
        ({"slug": "{taken}"}, 409, "slug_taken"),
        ({"name": " "}, 422, "invalid_request"),
        ({"subscription_tier": "enterprise"}, 422, "invalid_request"),
        ({"owner_id": "00000000-0000-7000-8000-000000000000"}, 422, "invalid_request"),
    ],
)
async def test_a_tenant_that_cannot_be_is_not_founded(
    person: Person, sent: dict[str, Any], status: int, code: str
) -> None:
    taken = (await person.client.get("/v1/tenant")).json()["slug"]
    body = {name: value.format(taken=taken) for name, value in ({"name": "Shop"} | sent).items()}

    problem(await person.client.post("/v1/tenants", json=body), status, code)

    assert len((await person.client.get("/v1/me/tenants")).json()["data"]) == 1


async def test_a_program_founds_nothing_and_belongs_nowhere(api: httpx.AsyncClient) -> None:
    for answer in (
        await api.post("/v1/tenants", json={"name": "Shop"}),
        await api.get("/v1/me/tenants"),
    ):
        problem(answer, 403, "session_needed")


async def test_one_sees_where_one_belongs(team: Team) -> None:
    wilma = await team.colleague("developer", "viewer")

    known = (await wilma.person.client.get("/v1/me/tenants")).json()["data"]

    there = next(each for each in known if each["tenant_id"] == str(team.tenant_id))
    assert (there["roles"], there["is_owner"]) == (["developer", "viewer"], False)
    assert (there["name"], there["status"]) == (team.world.tenant.name, "active")
    assert there["member_id"] == str(wilma.member_id)
