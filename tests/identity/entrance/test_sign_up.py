"""Sign-up: a user, a tenant that is theirs, and a session."""

import asyncio
from uuid import uuid4

import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, signed_up, somebody, visiting


async def test_somebody_new_has_a_tenant_a_session_and_everything_in_it(system: System) -> None:
    async with signed_up(system, tenant_name="Tulips & Sons") as person:
        me = (await person.client.get("/v1/me")).json()
        tenant = (await person.client.get("/v1/tenant")).json()

    assert me["email"] == person.email
    assert me["email_verified"] is False
    assert me["tenant_id"] == tenant["id"] == str(person.tenant_id)
    assert tenant["name"] == "Tulips & Sons"
    assert tenant["owner_id"] == me["id"]
    assert tenant["subscription_tier"] == "free"


async def test_nothing_that_is_answered_or_stored_shows_the_password(system: System) -> None:
    async with signed_up(system) as person:
        answer = await person.client.get("/v1/me")

    assert "password" not in answer.text
    assert PASSWORD not in answer.text


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{}@straße.example", "{}@STRASSE.example"),
        ("{}@wide.example", "{}@ｗｉｄｅ.example"),
        ("{}@dot.example", "{}@dot.example."),
        ("x{}@case.example", "X{}@CASE.example"),
    ],
)
async def test_two_spellings_are_one_address(system: System, first: str, second: str) -> None:
    mark = uuid4().hex[:12]
    async with signed_up(system, email=first.format(mark)), visiting(system) as visitor:
        again = await visitor.post("/v1/users", json=somebody(email=second.format(mark)))

    problem(again, 409, "email_in_use")


async def test_a_username_is_one_persons_however_it_is_spelled(system: System) -> None:
    name = f"w{uuid4().hex[:12]}"
    async with signed_up(system, username=name), visiting(system) as visitor:
        again = await visitor.post("/v1/users", json=somebody(username=name.upper()))

    problem(again, 409, "username_taken")


async def test_of_many_at_once_with_one_address_one_is_let_in(system: System) -> None:
    asked = somebody()
    async with visiting(system) as visitor:
        answers = await asyncio.gather(*(visitor.post("/v1/users", json=asked) for _ in range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 73 + "abcd", "password_too_long"),
        ("é" * 35 + "abc", "password_too_long"),
        ("password1234", "password_too_common"),
        ("aaaaaaaaaaaaaaa", "password_too_common"),
        ("{email}", "password_is_the_email"),
        ("{email}12", "password_is_the_email"),
    ],
)
async def test_a_password_that_others_would_find_is_refused(
    system: System, password: str, code: str
) -> None:
    asked = somebody()
    async with visiting(system) as visitor:
        answer = await visitor.post(
            "/v1/users", json=asked | {"password": password.format(email=asked["email"])}
        )

    problem(answer, 422, code)


@pytest.mark.parametrize(
    "email", ["nobody", "@nobody.example", "a b@c.example", "a@b..example", "a\u200b@b.example"]
)
async def test_what_cannot_be_an_address_is_refused(system: System, email: str) -> None:
    async with visiting(system) as visitor:
        answer = await visitor.post("/v1/users", json=somebody(email=email))

    problem(answer, 422, "email_not_valid")
