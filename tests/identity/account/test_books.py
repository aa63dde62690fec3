"""What changes of an account stands in the books, by whoever did it, without a secret or a name."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx

from tests.identity.people import PASSWORD, Person, somebody
from tests.identity.post import Post
from tests.identity.second_factor.authenticator import FACTOR, enter, with_authenticator

NEW = "eleven blue tricycles"


async def entries_of(database: asyncpg.Connection, person: Person) -> list[asyncpg.Record]:
    """What was recorded in somebody's tenant, oldest first."""
    return await database.fetch(
        "select action, actor_kind, actor_id, address, object_id, audit_entry::text as whole"
        " from identity.audit_entry where tenant_id = $1 order by position",
        person.tenant_id,
    )


async def test_each_change_is_recorded_once_by_whoever_made_it(
    verified: Person, post: Post, visitor: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    now = float(await database.fetchval("select extract(epoch from clock_timestamp())"))
    email = somebody()["email"]
    before = len(await entries_of(database, verified))
    device = await with_authenticator(verified, now, database)
    await enter(visitor, verified, recovery_code=device.recovery_codes[0])
    client = verified.client
    secrets: list[Any] = [device.secret, *device.recovery_codes, PASSWORD, NEW]
    await client.post(f"{FACTOR}/recovery-codes", json={"password": PASSWORD})
    last = {"password": PASSWORD, "code": device.code(now)}
    await client.request("DELETE", FACTOR, json=last)
    await client.post("/v1/me/password", json={"current_password": PASSWORD, "new_password": NEW})
    await visitor.post("/v1/password-resets", json={"email": verified.email})
    token = await post.token(verified, kind="reset_password")
    await visitor.post(
        "/v1/password-resets/confirmations", json={"token": token, "new_password": PASSWORD}
    )
    again = (await enter(visitor, verified)).json()["token"]
    client.headers["authorization"] = f"Bearer {again}"
    await client.post("/v1/me/email", json={"new_email": email, "password": PASSWORD})
    change = await post.token(verified, kind="change_email", to=email)
    await visitor.post("/v1/email-changes/confirmations", json={"token": change})

    written = (await entries_of(database, verified))[before:]
    assert [entry["action"] for entry in written] == [
        "second_factor.enabled",
        "recovery_code.used",
        "session.opened",
        "recovery_codes.replaced",
        "second_factor.disabled",
        "password.changed",
        "password.reset",
        "session.opened",
        "email.changed",
    ]
    assert {(entry["actor_kind"], entry["actor_id"]) for entry in written} == {
        ("user", verified.user_id)
    }
    assert all(entry["address"].startswith("10.") for entry in written)
    told = " ".join(entry["whole"] for entry in written)
    secrets += [token, change, again, verified.email, email]
    assert [secret for secret in secrets if secret in told] == []


async def test_another_username_is_recorded_and_not_which(
    person: Person, database: asyncpg.Connection
) -> None:
    """Each time that it becomes another one, and no other change of the profile."""
    before = len(await entries_of(database, person))
    one, other = (f"w{uuid4().hex[:12]}" for _ in range(2))
    for change in (
        {"username": one},
        {"username": one},
        {"username": other, "name": "Wilma Vos"},
        {"name": "Wilma"},
        {"username": None},
    ):
        assert (await person.client.patch("/v1/me", json=change)).status_code == 200

    written = (await entries_of(database, person))[before:]
    assert [entry["action"] for entry in written] == ["username.changed"] * 3
    assert {entry["actor_id"] for entry in written} == {person.user_id}
    assert {entry["object_id"] for entry in written} == {person.user_id}
    told = " ".join(entry["whole"] for entry in written)
    assert [name for name in (one, other) if name in told] == []
