"""Whoever had an account before its owner chose a new password has nothing left of it."""

import asyncpg
import httpx
import pytest

from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, somebody
from tests.identity.post import Post
from tests.identity.second_factor.authenticator import with_authenticator

NEW = "eleven blue tricycles"
CONFIRM_CHANGE = "/v1/email-changes/confirmations"


@pytest.fixture
async def now(database: asyncpg.Connection) -> float:
    """By the database's clock."""
    return float(await database.fetchval("select extract(epoch from clock_timestamp())"))


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def reset(person: Person, post: Post, visitor: httpx.AsyncClient) -> None:
    await visitor.post("/v1/password-resets", json={"email": person.email})
    token = await post.token(person, kind="reset_password")
    answer = await visitor.post(
        "/v1/password-resets/confirmations", json={"token": token, "new_password": NEW}
    )
    assert answer.status_code == 204, answer.text


async def change(person: Person) -> None:
    body = {"current_password": PASSWORD, "new_password": NEW}
    assert (await person.client.post("/v1/me/password", json=body)).status_code == 201


async def ask_for(person: Person, new: str) -> None:
    body = {"new_email": new, "password": PASSWORD}
    assert (await person.client.post("/v1/me/email", json=body)).status_code == 204


@pytest.mark.parametrize("is_reset", [True, False])
async def test_another_address_that_was_asked_for_before_is_not_taken(
    verified: Person, post: Post, visitor: httpx.AsyncClient, *, is_reset: bool
) -> None:
    thiefs = somebody()["email"]
    await ask_for(verified, thiefs)
    token = await post.token(verified, kind="change_email", to=thiefs)

    await (reset(verified, post, visitor) if is_reset else change(verified))

    problem(await visitor.post(CONFIRM_CHANGE, json={"token": token}), 422, "ticket_not_valid")


@pytest.mark.parametrize("is_reset", [True, False])
async def test_nor_is_it_when_its_mail_was_held_up_meanwhile(
    verified: Person, post: Post, visitor: httpx.AsyncClient, *, is_reset: bool
) -> None:
    """Whoever asked may run the server that takes the mail, and have it tried again later."""
    thiefs = somebody()["email"]
    await ask_for(verified, thiefs)
    (held_up,) = [job for job in await post.waiting(verified) if thiefs in job["payload"]]

    await (reset(verified, post, visitor) if is_reset else change(verified))
    await post.do(held_up)

    assert await post.letters(verified, kind="change_email", to=thiefs) == []


async def test_who_signed_up_with_the_address_of_another_keeps_nothing(
    person: Person,
    post: Post,
    visitor: httpx.AsyncClient,
    now: float,
    database: asyncpg.Connection,
) -> None:
    """Nobody had confirmed it: whoever reads what comes to it has it from now on, alone."""
    mine = bearer((await with_authenticator(person, now, database)).token)
    wanted = {"name": "Back door", "scopes": ["*"], "mode": "test"}
    made = await visitor.post("/v1/api-keys", json=wanted, headers=mine)
    key = bearer(made.json()["secret"])
    again = await visitor.post("/v1/api-keys", json=wanted, headers=key)

    await reset(person, post, visitor)

    entered = await visitor.post("/v1/sessions", json={"login": person.email, "password": NEW})
    assert entered.status_code == 201, entered.text
    for headers in (mine, key, bearer(again.json()["secret"])):
        problem(await visitor.get("/v1/tenant", headers=headers), 401, "not_authenticated")


async def test_whoever_had_confirmed_it_keeps_keys_and_factor(
    verified: Person,
    post: Post,
    visitor: httpx.AsyncClient,
    now: float,
    database: asyncpg.Connection,
) -> None:
    made = await verified.client.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})
    await with_authenticator(verified, now, database)

    await reset(verified, post, visitor)

    known = {"login": verified.email, "password": NEW}
    problem(await visitor.post("/v1/sessions", json=known), 401, "second_factor_needed")
    kept = await visitor.get("/v1/tenant", headers=bearer(made.json()["secret"]))
    assert kept.status_code == 200
