"""Sign-in: who shows the right password is given a session; all others hear the same."""

import asyncpg
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, visiting
from tests.world import World


async def sign_in(system: System, person: Person, *, password: str = PASSWORD) -> str:
    async with visiting(system) as visitor:
        answer = await visitor.post(
            "/v1/sessions", json={"login": person.email, "password": password}
        )
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def test_a_session_opens_until_it_is_signed_out(system: System) -> None:
    async with signed_up(system) as person:
        token = await sign_in(system, person)
        bearer = {"authorization": f"Bearer {token}"}
        before = await person.client.get("/v1/me", headers=bearer)
        out = await person.client.delete("/v1/sessions/current", headers=bearer)
        after = await person.client.get("/v1/me", headers=bearer)

    assert before.status_code == 200
    assert out.json()["is_current"] is True
    problem(after, 401, "not_authenticated")


async def test_every_refusal_reads_the_same(system: System) -> None:
    async with signed_up(system) as person, visiting(system) as visitor:
        refused = [
            await visitor.post("/v1/sessions", json={"login": login, "password": password})
            for login, password in (
                (person.email, "not the right one"),
                (f"un{person.email}", PASSWORD),
                ("nobody-has-this-name", PASSWORD),
            )
        ]

    documents = [problem(answer, 401, "sign_in_refused") for answer in refused]
    for document in documents:
        del document["request_id"]
    assert documents[0] == documents[1] == documents[2]


async def test_whoever_guesses_has_to_wait_and_then_not_even_the_password_opens(
    system: System,
) -> None:
    async with signed_up(system) as person, visiting(system) as visitor:
        for _ in range(7):
            wrong = {"login": person.email, "password": "not the right one"}
            await visitor.post("/v1/sessions", json=wrong)
        answer = await visitor.post(
            "/v1/sessions", json={"login": person.email, "password": PASSWORD}
        )

    problem(answer, 401, "sign_in_refused")


async def test_signing_out_everywhere_ends_every_session(system: System) -> None:
    async with signed_up(system) as person:
        other = await sign_in(system, person)
        ended = (await person.client.delete("/v1/sessions")).json()["data"]
        answers = [
            await person.client.get("/v1/me", headers={"authorization": f"Bearer {token}"})
            for token in (person.token, other)
        ]

    assert len(ended) == 2
    assert [answer.status_code for answer in answers] == [401, 401]


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = now()",
        "last_seen_at = now() - interval '7 days'",
    ],
)
async def test_an_old_session_opens_nothing(system: System, owner_url: str, change: str) -> None:
    async with signed_up(system) as person:
        owner = await asyncpg.connect(owner_url)
        await owner.execute("alter table identity.session disable trigger preserve")
        try:
            await owner.execute(
                f"update identity.session set {change}, created_at = now() - interval '40 days' "
                "where id = $1",
                person.session_id,
            )
        finally:
            await owner.execute("alter table identity.session enable trigger preserve")
            await owner.close()
        answer = await person.client.get("/v1/me")

    problem(answer, 401, "not_authenticated")


async def test_a_session_of_one_tenant_opens_nothing_in_another(
    system: System, other: World
) -> None:
    async with signed_up(system) as person:
        foreign = await person.client.get("/v1/tenant", headers=person.within(other.tenant_id))
        unknown = await person.client.get("/v1/tenant", headers={"guilder-tenant": "nowhere"})

    problem(foreign, 403, "not_a_member")
    problem(unknown, 403, "not_a_member")


async def test_a_key_is_no_person(world: World) -> None:
    async with world.program("*") as program:
        answer = await program.get("/v1/me")

    problem(answer, 403, "session_needed")


async def test_a_key_acts_in_its_own_tenant_only(world: World, other: World) -> None:
    async with world.program("*") as program:
        answer = await program.get("/v1/tenant", headers={"guilder-tenant": str(other.tenant_id)})

    problem(answer, 403, "not_a_member")
