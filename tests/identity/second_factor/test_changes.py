"""Who holds a session and no password changes nothing; who changes the factor ends the others."""

import asyncpg
import httpx
import msgspec
import pytest

from guilder.app import System
from guilder.db import Tx
from guilder.identity.entrance.sign_in import lock_password_hash
from guilder.identity.second_factor import begin
from guilder.identity.second_factor.changes import put_on
from guilder.identity.sessions import Origin, open_session, open_sessions
from guilder.identity.users import Hasher, Home, NewUser, create_user
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, somebody
from tests.identity.second_factor.authenticator import (
    FACTOR,
    Authenticator,
    enter,
    with_authenticator,
)
from tests.race import race
from tests.world import World

WRONG = {"password": "not the right one"}


@pytest.fixture
async def now(database: asyncpg.Connection) -> float:
    """By the database's clock."""
    return float(await database.fetchval("select extract(epoch from clock_timestamp())"))


async def test_a_stolen_session_puts_nothing_on_without_the_password(
    verified: Person, visitor: httpx.AsyncClient
) -> None:
    silent = await verified.client.post(FACTOR, json={})
    guessed = await verified.client.post(FACTOR, json=WRONG)
    unbegun = await verified.client.post(f"{FACTOR}/confirmations", json={"code": "000000"})

    problem(silent, 422, "invalid_request")
    problem(guessed, 403, "password_not_right")
    problem(unbegun, 409, "factor_not_begun")
    assert (await enter(visitor, verified)).status_code == 201


async def test_guesses_at_the_password_are_braked_with_those_at_sign_in(
    verified: Person, visitor: httpx.AsyncClient
) -> None:
    for _ in range(8):
        await verified.client.post(FACTOR, json=WRONG)

    problem(await enter(visitor, verified), 401, "sign_in_refused")


async def test_who_has_no_password_is_told_so(
    verified: Person, database: asyncpg.Connection
) -> None:
    """Whoever comes from an issuer only: it asks for a second factor, and we do not."""
    await database.execute(
        "update identity.user_account set password_hash = null where id = $1", verified.user_id
    )

    problem(await verified.client.post(FACTOR, json=WRONG), 409, "password_needed")


async def test_the_other_sessions_end_when_it_is_put_on_and_when_it_is_taken_off(
    verified: Person, visitor: httpx.AsyncClient, database: asyncpg.Connection, now: float
) -> None:
    before = (await enter(visitor, verified)).json()
    device = await with_authenticator(verified, now, database)
    between = (await enter(visitor, verified, recovery_code=device.recovery_codes[0])).json()
    first = await statuses(visitor, before["token"], between["token"], device.token)

    body = {"password": PASSWORD, "code": device.code(now)}
    taken = await verified.client.request("DELETE", FACTOR, json=body)
    second = await statuses(visitor, before["token"], between["token"], device.token)

    assert taken.status_code == 200
    assert (first, second) == ([401, 200, 200], [401, 401, 200])
    ends = await database.fetch(
        "select ended_because from identity.session where id = any($1::uuid[])",
        [before["id"], between["id"]],
    )
    assert {row["ended_because"] for row in ends} == {"second_factor_changed"}
    entries = (await verified.client.get("/v1/audit")).json()["data"]
    assert [one["action"] for one in entries if one["action"].startswith("second_factor")] == [
        "second_factor.disabled",
        "second_factor.enabled",
    ]


async def statuses(visitor: httpx.AsyncClient, *tokens: str) -> list[int]:
    """What each of these sessions opens."""
    return [
        (await visitor.get("/v1/me", headers={"authorization": f"Bearer {token}"})).status_code
        for token in tokens
    ]


async def test_a_sign_in_that_is_under_way_ends_with_the_other_sessions(
    world: World, system: System, now: float
) -> None:
    """It has looked for a second factor, found none, and not committed when one is put on."""
    origin = Origin(address="10.0.0.1", user_agent=None, request_id="request")
    kept = await Hasher(4).hash(PASSWORD)
    async with world.tx() as tx:
        user = await create_user(tx, NewUser(email=somebody()["email"], password_hash=kept))
        here = await open_session(tx, user.id, address=None, user_agent=None)
        draft = await begin(tx, system.factors, user.id)
    code = Authenticator(draft.secret).code(now)

    async def sign_in(tx: Tx) -> None:
        await lock_password_hash(tx, tenant_id=tx.tenant_id, user_id=user.id)
        await open_session(tx, user.id, address=None, user_agent=None)

    async def confirm(tx: Tx) -> None:
        person = origin.person(Home(tx.tenant_id, user.id))
        tx.actor = msgspec.structs.replace(person, session_id=here.session.id)
        await put_on(tx, system.factors, tx.actor, code=code)

    outcomes = await race(world, sign_in, confirm)

    assert outcomes == [None, None]
    async with world.tx() as tx:
        left = await open_sessions(tx, tenant_id=tx.tenant_id, user_id=user.id)
    assert [one.is_second_factor_shown for one in left] == [True]
