"""A second factor is asked for once it is on, and each code opens once."""

import asyncio
import xml.etree.ElementTree as ET

import asyncpg
import httpx
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person
from tests.identity.post import Post
from tests.identity.second_factor.authenticator import (
    FACTOR,
    Authenticator,
    enter,
    with_authenticator,
)


@pytest.fixture
async def now(database: asyncpg.Connection) -> float:
    """By the database's clock. Codes of it are good for another half minute at least."""
    return float(await database.fetchval("select extract(epoch from clock_timestamp())"))


@pytest.fixture
async def device(verified: Person, now: float, database: asyncpg.Connection) -> Authenticator:
    return await with_authenticator(verified, now, database)


async def test_it_counts_once_it_is_confirmed(
    verified: Person, visitor: httpx.AsyncClient, now: float
) -> None:
    before = (await verified.client.get(FACTOR)).json()
    begun = (await verified.client.post(FACTOR, json={"password": PASSWORD})).json()
    still = await enter(visitor, verified)
    wrong = await verified.client.post(f"{FACTOR}/confirmations", json={"code": "000000"})
    device = Authenticator(begun["secret"])
    right = await verified.client.post(f"{FACTOR}/confirmations", json={"code": device.code(now)})

    assert before == {"is_on": False, "confirmed_at": None, "recovery_codes_left": 0}
    assert still.status_code == 201
    assert begun["url"].startswith("otpauth://totp/Guilder%3A")
    assert ET.fromstring(begun["qr_code"]).tag.endswith("svg")  # noqa: S314 - our own
    problem(wrong, 422, "factor_not_confirmed")
    assert right.status_code == 201
    assert len(set(right.json()["recovery_codes"])) == 10


async def test_putting_it_on_renews_the_session(
    verified: Person, now: float, database: asyncpg.Connection
) -> None:
    old = verified.token
    device = await with_authenticator(verified, now, database)

    refused = await verified.client.get("/v1/me", headers={"authorization": f"Bearer {old}"})
    sessions = (await verified.client.get("/v1/sessions")).json()["data"]
    state = (await verified.client.get(FACTOR)).json()

    problem(refused, 401, "not_authenticated")
    assert [one["is_second_factor_shown"] for one in sessions] == [True]
    assert (state["is_on"], state["recovery_codes_left"]) == (True, 10)
    assert device.token != old


async def test_the_password_alone_opens_nothing_any_more(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, now: float
) -> None:
    alone = await enter(visitor, verified)
    wrong = await enter(visitor, verified, code="000000")
    opened = await enter(visitor, verified, code=device.code(now))

    problem(alone, 401, "second_factor_needed")
    problem(wrong, 401, "second_factor_refused")
    assert opened.status_code == 201


async def test_nobody_learns_of_it_who_does_not_know_the_password(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, now: float
) -> None:
    asked = {"login": verified.email, "password": "not the right one", "code": device.code(now)}

    problem(await visitor.post("/v1/sessions", json=asked), 401, "sign_in_refused")
    assert (await enter(visitor, verified, code=device.code(now))).status_code == 201


async def test_a_code_opens_once_also_for_two_at_once(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, now: float
) -> None:
    code = device.code(now)

    answers = await asyncio.gather(*(enter(visitor, verified, code=code) for _ in range(4)))
    again = await enter(visitor, verified, code=code)
    older = await enter(visitor, verified, code=device.code(now, steps=-1))
    newer = await enter(visitor, verified, code=device.code(now, steps=1))

    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    problem(again, 401, "second_factor_refused")
    problem(older, 401, "second_factor_refused")
    assert newer.status_code == 201


async def test_guesses_at_the_code_are_braked(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, now: float
) -> None:
    guesses = [await enter(visitor, verified, code=f"{n:06}") for n in range(8)]

    assert guesses[0].json()["code"] == "second_factor_refused"
    braked = await enter(visitor, verified, code=device.code(now))
    problem(braked, 401, "sign_in_refused")


async def test_a_recovery_code_stands_in_once_and_that_is_told(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, post: Post
) -> None:
    code = device.recovery_codes[3]

    answers = [
        await enter(visitor, verified, recovery_code=spelling)
        for spelling in (code.upper().replace("-", " "), code, "2222-2222-2222-2222")
    ]

    assert answers[0].status_code == 201
    problem(answers[1], 401, "second_factor_refused")
    problem(answers[2], 401, "second_factor_refused")
    assert (await verified.client.get(FACTOR)).json()["recovery_codes_left"] == 9
    assert len(await post.letters(verified, kind="second_factor_changed")) == 2


async def test_of_two_who_use_a_recovery_code_at_once_one_comes_in(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient
) -> None:
    code = device.recovery_codes[0]

    answers = await asyncio.gather(
        *(enter(visitor, verified, recovery_code=code) for _ in range(4))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]


async def test_new_recovery_codes_take_the_place_of_the_old(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient
) -> None:
    path = f"{FACTOR}/recovery-codes"
    refused = await verified.client.post(path, json={"password": "not the right one"})
    renewed = (await verified.client.post(path, json={"password": PASSWORD})).json()

    old = await enter(visitor, verified, recovery_code=device.recovery_codes[0])
    new = await enter(visitor, verified, recovery_code=renewed["recovery_codes"][0])

    problem(refused, 403, "password_not_right")
    problem(old, 401, "second_factor_refused")
    assert new.status_code == 201


@pytest.mark.parametrize("shown", ["code", "recovery_code"])
async def test_it_is_taken_off_with_the_password_and_a_last_code(
    verified: Person, device: Authenticator, visitor: httpx.AsyncClient, now: float, shown: str
) -> None:
    last = {"code": device.code(now), "recovery_code": device.recovery_codes[0]}[shown]

    answers = [
        await verified.client.request("DELETE", FACTOR, json=body)
        for body in (
            {"password": "not the right one", shown: last},
            {"password": PASSWORD},
            {"password": PASSWORD, "code": "000000"},
            {"password": PASSWORD, shown: last},
            {"password": PASSWORD, shown: last},
        )
    ]

    problem(answers[0], 403, "password_not_right")
    problem(answers[1], 401, "second_factor_needed")
    problem(answers[2], 401, "second_factor_refused")
    assert answers[3].json() == {
        "is_on": False,
        "confirmed_at": None,
        "recovery_codes_left": 0,
    }
    problem(answers[4], 409, "factor_not_on")
    assert (await enter(visitor, verified)).status_code == 201


async def test_one_that_is_on_is_not_replaced(verified: Person, device: Authenticator) -> None:
    again = await verified.client.post(FACTOR, json={"password": PASSWORD})
    confirmed = await verified.client.post(f"{FACTOR}/confirmations", json={"code": "000000"})

    problem(again, 409, "factor_on")
    problem(confirmed, 409, "factor_on")
    assert (await verified.client.get(FACTOR)).json()["recovery_codes_left"] == 10
    assert device.recovery_codes


async def test_without_a_beginning_there_is_nothing_to_confirm(person: Person) -> None:
    answer = await person.client.post(f"{FACTOR}/confirmations", json={"code": "000000"})

    problem(answer, 409, "factor_not_begun")


async def test_nothing_that_is_kept_tells_a_code_or_the_secret(
    verified: Person, device: Authenticator, database: asyncpg.Connection, system: System
) -> None:
    rows = await database.fetch(
        "select second_factor::text as kept from identity.second_factor where user_id = $1"
        " union all select recovery_code::text from identity.recovery_code where user_id = $1"
        " union all select payload::text from jobs.job"
        " where payload -> 'home' ->> 'user_id' = $1::uuid::text",
        verified.user_id,
    )
    kept = " ".join(row["kept"] for row in rows)

    assert len(rows) >= 11
    assert device.secret not in kept
    assert not any(code in kept for code in device.recovery_codes)
    assert system.factors is not None
