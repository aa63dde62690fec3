"""A session belongs to whoever signed in, until it ends, and its token is nobody's choice."""

import asyncio
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.app import System
from guilder.kernel import TenantId, hash_of, new_token
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, visiting


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def enter(visitor: httpx.AsyncClient, person: Person, **headers: str) -> str:
    answer = await visitor.post(
        "/v1/sessions",
        json={"login": person.email, "password": PASSWORD},
        headers=headers,
    )
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


async def test_a_token_that_somebody_brings_along_is_not_taken_on(
    system: System, person: Person
) -> None:
    """Whoever planted it would be signed in as well."""
    planted = new_token("gs", TenantId(person.tenant_id))
    async with visiting(system) as visitor:
        token = await enter(visitor, person, **bearer(planted), cookie=f"guilder_session={planted}")
        answer = await visitor.get("/v1/me", headers=bearer(planted))
        again = await enter(visitor, person, **bearer(token))

    problem(answer, 401, "not_authenticated")
    assert len({planted, token, again, person.token}) == 4


async def test_what_is_kept_is_a_hash(person: Person, database: asyncpg.Connection) -> None:
    kept = await database.fetchrow(
        "select token_hash, session::text as row from identity.session as session where id = $1",
        person.session_id,
    )

    assert kept["token_hash"] == hash_of(person.token)
    assert person.token[-56:-8] not in kept["row"]


async def test_what_was_revoked_elsewhere_opens_nothing_from_the_next_request_on(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    token = await enter(visitor, person)
    before = await visitor.get("/v1/me", headers=bearer(token))
    sessions = (await visitor.get("/v1/sessions", headers=bearer(token))).json()["data"]
    there = next(one["id"] for one in sessions if one["is_current"])

    revoked = await person.client.delete(f"/v1/sessions/{there}")
    after = await visitor.get("/v1/me", headers=bearer(token))
    again = await person.client.delete(f"/v1/sessions/{there}")

    assert (before.status_code, revoked.status_code) == (200, 200)
    problem(after, 401, "not_authenticated")
    problem(again, 404, "session_not_found")


async def test_nobody_ends_somebody_elses_session(system: System, person: Person) -> None:
    async with signed_up(system) as stranger:
        answers = [
            await stranger.client.delete(f"/v1/sessions/{one}")
            for one in (person.session_id, uuid4())
        ]

    assert [problem(answer, 404, "session_not_found")["title"] for answer in answers]
    assert (await person.client.get("/v1/me")).status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.upper(),
        lambda token: token.replace("gs_", "gt_"),
        lambda token: token + "0",
        lambda _: "gs_",
    ],
)
async def test_what_is_almost_a_token_opens_nothing(person: Person, spoil: object) -> None:
    answer = await person.client.get("/v1/me", headers=bearer(spoil(person.token)))  # type: ignore[operator]

    problem(answer, 401, "not_authenticated")


async def test_of_too_many_the_one_that_was_used_least_lately_ends(
    system: System, person: Person
) -> None:
    async with visiting(system) as visitor:
        tokens = [await enter(visitor, person) for _ in range(50)]
        first = await visitor.get("/v1/me", headers=bearer(person.token))
        others = [await visitor.get("/v1/me", headers=bearer(token)) for token in tokens]

    problem(first, 401, "not_authenticated")
    assert {answer.status_code for answer in others} == {200}


async def test_signing_out_everywhere_while_somebody_changes_the_password(person: Person) -> None:
    """Whatever comes first, no session is left that nobody knows of."""
    change = {"current_password": PASSWORD, "new_password": "eleven blue tricycles"}

    changed, out = await asyncio.gather(
        person.client.post("/v1/me/password", json=change),
        person.client.delete("/v1/sessions"),
    )

    assert (changed.status_code, out.status_code) in {
        (201, 401),
        (401, 200),
        (404, 200),
        (201, 200),
    }
    if changed.status_code == 201 and out.status_code == 200:
        answer = await person.client.get("/v1/me", headers=bearer(changed.json()["token"]))
        assert answer.status_code in {200, 401}
