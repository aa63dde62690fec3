"""Seed 000, one test per attribute and rule: what it says of users and sessions, in its words."""

import asyncio
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import bcrypt
import httpx
import pytest

from guilder.app import System
from guilder.kernel import hash_of
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, somebody, visiting
from tests.seeds.columns import HASH, OPTIONAL_TEXT, TIMESTAMP, columns_of
from tests.seeds.columns import UUID as UUID_COLUMN

SALE = {
    "amount": 2000,
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "confirm": True,
}
INSERT_SESSION = """
    insert into identity.session (tenant_id, user_id, token_hash, expires_at)
    values ($1, $2, $3, now() + $4::text::interval)
"""


async def me(person: Person) -> dict[str, Any]:
    return dict((await person.client.get("/v1/me")).json())


async def sign_in(visitor: httpx.AsyncClient, login: str, password: str = PASSWORD) -> Any:
    return await visitor.post("/v1/sessions", json={"login": login, "password": password})


async def sessions_of(person: Person) -> list[dict[str, Any]]:
    return list((await person.client.get("/v1/sessions")).json()["data"])


async def test_user_has_the_attributes_of_the_model(
    person: Person, database: asyncpg.Connection
) -> None:
    """Who was forgotten has an id and times, and nothing else: so the rest may be missing."""
    wanted = {
        "id": UUID_COLUMN,
        "email": OPTIONAL_TEXT,
        "password_hash": OPTIONAL_TEXT,
        "created_at": TIMESTAMP,
        "updated_at": TIMESTAMP,
    }

    assert await columns_of(database, "identity.user_account", named=wanted) == wanted
    assert (await me(person)).keys() >= wanted.keys() - {"password_hash"}


async def test_user_id_is_a_unique_identifier_uuid(system: System, person: Person) -> None:
    async with signed_up(system) as another:
        assert UUID((await me(person))["id"]) != UUID((await me(another))["id"])


async def test_user_email_is_unique_and_used_for_login(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    entered = await sign_in(visitor, person.email)
    again = await visitor.post("/v1/users", json=somebody(email=person.email))

    assert (entered.status_code, entered.json()["user"]["id"]) == (201, person.user["id"])
    problem(again, 409, "email_in_use")


async def test_user_password_hash_is_a_one_way_hash(
    person: Person, database: asyncpg.Connection
) -> None:
    kept = await database.fetchrow(
        "select password_hash, user_account::text as whole from identity.user_account"
        " where id = $1",
        person.user_id,
    )

    assert kept["password_hash"] != PASSWORD
    assert PASSWORD not in kept["whole"]
    assert bcrypt.checkpw(PASSWORD.encode(), kept["password_hash"].encode())


async def test_user_password_hash_is_never_exposed(
    person: Person, database: asyncpg.Connection
) -> None:
    """Not where the user is shown, taken along, listed or told of, nor in what is remembered."""
    kept = await database.fetchval(
        "select password_hash from identity.user_account where id = $1", person.user_id
    )
    shown = [
        (await person.client.get(path)).text
        for path in (
            "/v1/me",
            "/v1/me/export",
            "/v1/sessions",
            "/v1/members",
            "/v1/events",
            "/v1/audit",
            "/v1/audit/export",
            f"/v1/users/{person.user_id}/billing",
        )
    ]
    told = await database.fetchval(
        "select coalesce(string_agg(data::text, ''), '') from events.outbox where tenant_id = $1",
        person.tenant_id,
    )

    assert [text for text in (*shown, told) if kept in text or "password_hash" in text] == []


async def test_user_created_at_and_updated_at_are_timestamps(person: Person) -> None:
    before = await me(person)

    await person.client.patch("/v1/me", json={"name": "Another Name"})

    after = await me(person)
    assert before["created_at"] == after["created_at"]
    assert datetime.fromisoformat(before["updated_at"]) < datetime.fromisoformat(
        after["updated_at"]
    )


async def test_user_has_many_sessions(person: Person, visitor: httpx.AsyncClient) -> None:
    others = [(await sign_in(visitor, person.email)).json()["id"] for _ in range(2)]

    known = {session["id"] for session in await sessions_of(person)}

    assert known == {str(person.session_id), *others}


async def test_user_has_many_payments(person: Person) -> None:
    """Whoever has signed in initiates what they ask for, under one key once."""
    paid = [(await person.client.post("/v1/payments", json=SALE)).json() for _ in range(2)]
    keyed = SALE | {"idempotency_key": "one"}
    same = [
        (await person.client.post("/v1/payments", json=body)).json()["id"]
        for body in (keyed, keyed | {"user_id": person.user["id"]})
    ]

    listed = await person.client.get("/v1/payments", params={"user_id": person.user["id"]})

    assert {one["user_id"] for one in paid} == {person.user["id"]}
    assert len(set(same)) == 1
    assert [one["id"] for one in listed.json()["data"]] == [same[0], paid[1]["id"], paid[0]["id"]]


async def test_session_has_the_attributes_of_the_model(
    person: Person, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "user_id": UUID_COLUMN,
        "token_hash": HASH,
        "expires_at": TIMESTAMP,
        "created_at": TIMESTAMP,
    }

    assert await columns_of(database, "identity.session", named=wanted) == wanted
    (session,) = await sessions_of(person)
    assert session.keys() >= wanted.keys() - {"user_id", "token_hash"}


async def test_session_id_is_a_unique_identifier_uuid(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    await sign_in(visitor, person.email)

    one, another = await sessions_of(person)

    assert UUID(one["id"]) != UUID(another["id"])


async def test_session_token_hash_is_a_stored_token_reference_for_validation(
    person: Person, database: asyncpg.Connection
) -> None:
    """The hash is what a token is held against; with another one in its place it opens nothing."""
    opened = await person.client.get("/v1/me")
    kept = await database.fetchval(
        "select token_hash from identity.session where id = $1", person.session_id
    )

    async with visiting_with(person, token=person.token[:-9] + "0" * 9) as other:
        refused = await other.get("/v1/me")

    assert (opened.status_code, kept) == (200, hash_of(person.token))
    problem(refused, 401, "not_authenticated")


def visiting_with(person: Person, *, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=person.client._transport,
        base_url="http://guilder.test",
        headers={"authorization": f"Bearer {token}"},
    )


async def test_session_expires_at_and_created_at(person: Person) -> None:
    (session,) = await sessions_of(person)

    begun, ends = (datetime.fromisoformat(session[name]) for name in ("created_at", "expires_at"))

    assert (ends - begun).days == 30


async def test_session_belongs_to_user(person: Person, system: System) -> None:
    async with signed_up(system) as stranger:
        theirs = await sessions_of(stranger)
        taken = await stranger.client.delete(f"/v1/sessions/{person.session_id}")

    assert str(person.session_id) not in {session["id"] for session in theirs}
    problem(taken, 404, "session_not_found")


@pytest.mark.parametrize("email", ["", " ", "@", "nobody"])
async def test_user_email_is_unique_and_non_empty(
    person: Person, visitor: httpx.AsyncClient, database: asyncpg.Connection, email: str
) -> None:
    refused = await visitor.post("/v1/users", json=somebody(email=email))

    assert refused.json()["code"] in {"email_not_valid", "invalid_request"}
    for change, wrong in (
        ("email = $2", email),
        ("email = nullif($2, $2)", email),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await database.execute(
                f"update identity.user_account set {change} where id = $1", person.user_id, wrong
            )
    again = await visitor.post("/v1/users", json=somebody(email=person.email.upper()))
    problem(again, 409, "email_in_use")


async def test_the_database_refuses_a_second_user_with_the_same_email(
    system: System, person: Person, database: asyncpg.Connection
) -> None:
    async with signed_up(system) as another:
        for spelling in (person.email, person.email.upper()):
            with pytest.raises(asyncpg.UniqueViolationError):
                await database.execute(
                    "update identity.user_account set email = $2 where id = $1",
                    another.user_id,
                    spelling,
                )


async def test_of_many_who_sign_up_with_one_email_at_once_one_is_a_user(
    visitor: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    asked = somebody()

    answers = await asyncio.gather(*(visitor.post("/v1/users", json=asked) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    kept = await database.fetchval(
        "select count(*) from identity.user_account where email_folded = $1", asked["email"]
    )
    assert kept == 1


async def test_session_must_reference_a_valid_user(
    system: System, person: Person, database: asyncpg.Connection
) -> None:
    async with signed_up(system) as stranger:
        for user_id in (uuid4(), stranger.user_id):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await database.execute(
                    INSERT_SESSION, person.tenant_id, user_id, uuid4().bytes * 2, "1 day"
                )
    with pytest.raises(asyncpg.NotNullViolationError):
        await database.execute(INSERT_SESSION, person.tenant_id, None, uuid4().bytes * 2, "1 day")
    gone = await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
    assert gone.status_code == 200
    problem(await person.client.get("/v1/sessions"), 401, "not_authenticated")


async def test_session_must_reference_a_valid_user_and_must_not_be_used_after_expires_at(
    person: Person, database: asyncpg.Connection
) -> None:
    """The end is the database's to tell, of its own clock, and stays where it was set."""
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            INSERT_SESSION, person.tenant_id, person.user_id, uuid4().bytes * 2, "-1 second"
        )
    with pytest.raises(asyncpg.PostgresError):
        await database.execute(
            "update identity.session set expires_at = now() + interval '1 year' where id = $1",
            person.session_id,
        )
    before = await person.client.get("/v1/me")
    await expire(database, person.session_id)
    after = [await person.client.get(path) for path in ("/v1/me", "/v1/tenant", "/v1/sessions")]

    assert before.status_code == 200
    for refused in after:
        problem(refused, 401, "not_authenticated")


async def expire(database: asyncpg.Connection, session_id: UUID) -> None:
    """Have a session end at this moment, which nobody can but who owns the table."""
    async with database.transaction():
        await database.execute("alter table identity.session disable trigger preserve")
        await database.execute(
            "update identity.session set expires_at = now(), created_at = now() - interval '1 day'"
            " where id = $1",
            session_id,
        )
        await database.execute("alter table identity.session enable trigger preserve")


async def test_tenant_scope_user_by_tenant_id(system: System, person: Person) -> None:
    """What is a user's is looked up at home, and a stranger's tenant does not show them."""
    assert (await me(person))["tenant_id"] == str(person.tenant_id)
    async with signed_up(system) as stranger:
        for path in ("metrics", "billing"):
            unseen = await stranger.client.get(f"/v1/users/{person.user_id}/{path}")
            problem(unseen, 404, "user_not_found")
        within = await stranger.client.get("/v1/members", headers=stranger.within(person.tenant_id))
    problem(within, 403, "not_a_member")


async def test_audit_an_audit_log_for_sensitive_actions_login(
    system: System, person: Person
) -> None:
    """Who was refused is told with the next one who is let in, so guesses fill no log."""
    async with visiting(system) as visitor:
        wrong = await sign_in(visitor, person.email, "not the password")
        entered = (await sign_in(visitor, person.email)).json()

    listed = (await person.client.get("/v1/audit")).json()["data"]

    problem(wrong, 401, "sign_in_refused")
    (entry,) = [entry for entry in listed if entry["object"]["id"] == entered["id"]]
    assert entry["action"] == "session.opened"
    assert entry["actor"] == {"kind": "user", "id": person.user["id"]}
    assert entry["after"]["refused_before"] == 1
