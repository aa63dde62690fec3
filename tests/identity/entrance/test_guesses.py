"""Whoever guesses learns nothing: not from the answer, and not from the work behind it."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, full, signed_up, somebody, visiting
from tests.identity.watching import Work, watched

WRONG = "not the right one"
STILL_BRAKED = """
    update identity.brake
    set open_at = open_at + interval '1 minute'
    where key_hash = sha256(convert_to($1, 'utf8'))
"""


async def guess(visitor: httpx.AsyncClient, login: str, password: str = WRONG) -> Any:
    return await visitor.post("/v1/sessions", json={"login": login, "password": password})


async def brake(visitor: httpx.AsyncClient, login: str) -> None:
    """Guess until the account is braked for some seconds."""
    for _ in range(10):
        await guess(visitor, login)


async def test_a_refusal_is_the_same_and_as_much_work_whatever_is_wrong(
    system: System, person: Person, visitor: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    """The statements, in their order, and the rounds of hashing."""
    name = f"w{uuid4().hex[:12]}"
    await person.client.patch("/v1/me", json={"username": name})
    refused: dict[str, tuple[bytes, Work]] = {}
    async with signed_up(system) as braked, signed_up(system) as without:
        await brake(visitor, braked.email)
        await database.execute(STILL_BRAKED, str(braked.user_id))
        await database.execute(
            "update identity.user_account set password_hash = null where id = $1", without.user_id
        )
        for why, login, password in (
            ("a wrong password", person.email, WRONG),
            ("a wrong password by username", name, WRONG),
            ("one that is longer than any", person.email, "x" * 100),
            ("nobody's e-mail", f"x{person.email}", PASSWORD),
            ("nobody's username", f"x{name}", PASSWORD),
            ("no e-mail at all", "@@", PASSWORD),
            ("a braked account", braked.email, PASSWORD),
            ("an account without a password", without.email, PASSWORD),
        ):
            with watched() as work:
                answer = await guess(visitor, login, password)
            document = problem(answer, 401, "sign_in_refused")
            refused[why] = (answer.content.replace(document["request_id"].encode(), b""), work)

    usual = refused["a wrong password"]
    assert usual[1].hashes, "a password was compared"
    assert {why for why, one in refused.items() if one != usual} == set()


async def test_an_older_hash_takes_as_long_as_one_of_today(
    system: System, person: Person, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.passwords._hasher, "_cost", 7)
    monkeypatch.setattr(system.passwords._hasher, "_nobodys", None)
    await guess(visitor, "nobody")  # nobody's own hash is made the first time

    with watched() as known:
        await guess(visitor, person.email)
    with watched() as unknown:
        await guess(visitor, "nobody")

    assert known.rounds == unknown.rounds == 2**7


async def test_it_is_hashed_anew_when_the_cost_has_risen(
    system: System,
    person: Person,
    visitor: httpx.AsyncClient,
    database: asyncpg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system.passwords._hasher, "_cost", 5)
    monkeypatch.setattr(system.passwords._hasher, "_nobodys", None)
    before = await hash_of(database, person)
    await guess(visitor, person.email)
    refused = await hash_of(database, person)

    first = await guess(visitor, person.email, PASSWORD)
    after = await hash_of(database, person)
    second = await guess(visitor, person.email, PASSWORD)

    assert before == refused
    assert before.startswith("$2b$04$")
    assert after.startswith("$2b$05$")
    assert (first.status_code, second.status_code) == (201, 201)
    assert await hash_of(database, person) == after


async def test_two_who_hash_anew_at_once_both_come_in(
    system: System, person: Person, visitor: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.passwords._hasher, "_cost", 5)

    answers = await asyncio.gather(*(guess(visitor, person.email, PASSWORD) for _ in range(4)))

    assert [answer.status_code for answer in answers] == [201] * 4


async def hash_of(database: asyncpg.Connection, person: Person) -> str:
    kept: str = await database.fetchval(
        "select password_hash from identity.user_account where id = $1", person.user_id
    )
    return kept


async def test_sixteen_guesses_at_once_are_looked_at_as_one_after_the_other(
    system: System, person: Person
) -> None:
    """The sixteenth may hold the right password: it is too late by then."""
    async with visiting(system) as visitor:
        guesses = [guess(visitor, person.email) for _ in range(16)]
        await asyncio.gather(*guesses)
        right = await guess(visitor, person.email, PASSWORD)

    problem(right, 401, "sign_in_refused")


async def test_an_account_is_braked_under_all_its_names_at_once(
    system: System, visitor: httpx.AsyncClient
) -> None:
    name = f"w{uuid4().hex[:12]}"
    async with signed_up(system, username=name) as person:
        for login in (
            person.email,
            person.email.upper(),
            f"{person.email}.",
            f" {person.email}..",
            person.email.replace("person", "ｐｅｒｓｏｎ"),
            name,
            name.upper(),
        ):
            await guess(visitor, login)
        right = await guess(visitor, person.email, PASSWORD)

    problem(right, 401, "sign_in_refused")


@pytest.mark.parametrize(
    ("kept", "tried"),
    [
        ("{}@straße.example", "{}@STRASSE.EXAMPLE"),
        ("{}@strasse.example", "{}@Straße.example"),
        ("{}@wide.example", "{}@ｗｉｄｅ．example"),
        ("{}@dots.example", "{}@dots.example.."),
        ("{}@space.example", "  {}@space.example "),
        ("ǆ{}@digraph.example", "ǅ{}@digraph.example"),
    ],
)
async def test_however_an_address_is_spelled_it_is_one_account(
    system: System, kept: str, tried: str
) -> None:
    mark = uuid4().hex[:12]
    async with signed_up(system, email=kept.format(mark)) as person, visiting(system) as visitor:
        answer = await guess(visitor, tried.format(mark), PASSWORD)

    assert answer.status_code == 201, answer.text
    assert answer.json()["user"]["id"] == str(person.user_id)


@pytest.mark.parametrize(
    "login", ["a\\u0000b", "\\u0000@nobody.example", "\\ud800", "' or 1=1 --", "\\u202e", "  "]
)
async def test_what_is_nobodys_name_is_refused_like_any_other(
    visitor: httpx.AsyncClient, login: str
) -> None:
    answer = await visitor.post(
        "/v1/sessions",
        content=f'{{"login": "{login}", "password": "{PASSWORD}"}}',
        headers={"content-type": "application/json"},
    )

    assert answer.status_code in {400, 401, 422}, answer.text


async def test_from_one_address_not_everybodys_password_is_guessed(system: System) -> None:
    async with visiting(system) as visitor:
        answers = [await guess(visitor, f"nobody{number}") for number in range(57)]

    assert {answer.status_code for answer in answers[:51]} == {401}
    assert "too_many_attempts" in [answer.json()["code"] for answer in answers[51:]]


async def test_whoever_comes_in_has_not_guessed_and_that_forgives_no_guesses(
    system: System, person: Person, database: asyncpg.Connection
) -> None:
    async with visiting(system) as visitor:
        for _ in range(3):
            await guess(visitor, "nobody")
            assert (await guess(visitor, person.email, PASSWORD)).status_code == 201
        address = (await person.client.get("/v1/sessions")).json()["data"][0]["address"]

    counted = await database.fetchval(
        "select attempts from identity.brake"
        " where kind = 'address' and key_hash = sha256(convert_to($1, 'utf8'))",
        address,
    )
    assert counted == 3


async def test_whoever_was_guessed_at_reads_it_in_the_books(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    for _ in range(3):
        await guess(visitor, person.email)
    await guess(visitor, person.email, PASSWORD)

    opened = await person.client.get("/v1/audit", params={"action": "session.opened"})

    assert [one["after"]["refused_before"] for one in opened.json()["data"]] == [3, 0]


async def test_where_too_many_wait_nobody_has_guessed(
    system: System, person: Person, database: asyncpg.Connection
) -> None:
    client = person.client
    before = await counted_of(database, person)
    with full(system):
        refused = [
            await guess(client, person.email),
            await client.post("/v1/users", json=somebody()),
            await client.post("/v1/me/email", json={"new_email": "a@b.example", "password": WRONG}),
        ]
    after = await counted_of(database, person)
    served = await guess(client, person.email, PASSWORD)

    for answer in refused:
        problem(answer, 503, "passwords_busy")
        assert answer.headers["retry-after"] == "5"
    assert after == before
    assert served.status_code == 201


async def counted_of(database: asyncpg.Connection, person: Person) -> list[tuple[str, int]]:
    """The attempts that are counted of somebody, and of where they come from."""
    (session,) = (await person.client.get("/v1/sessions")).json()["data"]
    rows = await database.fetch(
        "select kind, attempts from identity.brake, unnest($1::text[]) as name"
        " where key_hash = sha256(convert_to(name, 'utf8')) order by kind",
        [str(person.user_id), f"change {person.user_id}", session["address"]],
    )
    return [(row["kind"], row["attempts"]) for row in rows]
