"""A password is changed by whoever knows it, or reads the mail; everybody else is out."""

import asyncio

import httpx
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, visiting
from tests.identity.post import Post
from tests.identity.watching import watched

NEW = "eleven blue tricycles"
CHANGE = {"current_password": PASSWORD, "new_password": NEW}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def sign_in(visitor: httpx.AsyncClient, person: Person, password: str) -> httpx.Response:
    return await visitor.post("/v1/sessions", json={"login": person.email, "password": password})


async def test_the_other_sessions_end_and_this_one_goes_on_under_another_token(
    verified: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    other = (await sign_in(visitor, verified, PASSWORD)).json()["token"]

    changed = await verified.client.post("/v1/me/password", json=CHANGE)

    assert changed.status_code == 201, changed.text
    statuses = [
        (await visitor.get("/v1/me", headers=bearer(token))).status_code
        for token in (verified.token, other, changed.json()["token"])
    ]
    assert statuses == [401, 401, 200]
    assert [(await sign_in(visitor, verified, one)).status_code for one in (PASSWORD, NEW)] == [
        401,
        201,
    ]
    assert "password" in (await post.letter(verified, kind="password_changed")).kept.subject.lower()


async def test_guesses_at_it_are_braked_with_those_at_sign_in(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    wrong = {"current_password": "not the right one", "new_password": NEW}
    for _ in range(7):
        problem(await person.client.post("/v1/me/password", json=wrong), 403, "password_not_right")

    problem(await person.client.post("/v1/me/password", json=CHANGE), 403, "password_not_right")
    problem(await sign_in(visitor, person, PASSWORD), 401, "sign_in_refused")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("é" * 37, "password_too_long"),
        ("password1234", "password_too_common"),
    ],
)
async def test_a_password_that_others_would_find_is_not_taken(
    person: Person, password: str, code: str
) -> None:
    answer = await person.client.post("/v1/me/password", json=CHANGE | {"new_password": password})

    problem(answer, 422, code)
    assert (await person.client.get("/v1/me")).status_code == 200


@pytest.mark.parametrize("are_two_sessions", [False, True])
async def test_of_two_changes_at_once_one_is_made(
    person: Person, visitor: httpx.AsyncClient, *, are_two_sessions: bool
) -> None:
    other = (await sign_in(visitor, person, PASSWORD)).json()["token"]
    tokens = [person.token, other if are_two_sessions else person.token]

    answers = await asyncio.gather(
        *(
            visitor.post(
                "/v1/me/password", json=CHANGE | {"new_password": f"{NEW} {n}"}, headers=bearer(one)
            )
            for n, one in enumerate(tokens)
        )
    )

    (kept,) = [n for n, answer in enumerate(answers) if answer.status_code == 201]
    assert answers[1 - kept].status_code in {401, 403, 404}
    assert (await sign_in(visitor, person, f"{NEW} {kept}")).status_code == 201
    renewed = bearer(answers[kept].json()["token"])
    assert (await visitor.get("/v1/me", headers=renewed)).status_code == 200


async def test_a_sign_in_that_was_under_way_opens_nothing_with_the_old_password(
    system: System, person: Person, visitor: httpx.AsyncClient
) -> None:
    """It has compared the password, and not yet begun the session, when the password changes."""
    hasher = system.passwords._hasher
    compare = hasher.is_right
    compared, changed = asyncio.Event(), asyncio.Event()

    async def slowly(password: str, kept: str | None) -> bool:
        is_right = await compare(password, kept)
        if not compared.is_set():
            compared.set()
            await changed.wait()
        return is_right

    hasher.is_right = slowly  # type: ignore[method-assign]
    try:
        entering = asyncio.create_task(sign_in(visitor, person, PASSWORD))
        await compared.wait()
        answer = await person.client.post("/v1/me/password", json=CHANGE)
        changed.set()
        refused = await entering
    finally:
        hasher.is_right = compare  # type: ignore[method-assign]

    assert answer.status_code == 201
    problem(refused, 401, "sign_in_refused")


async def test_a_new_one_is_chosen_by_whoever_reads_the_mail(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    for _ in range(7):
        await sign_in(visitor, person, "not the right one")
    asked = await visitor.post("/v1/password-resets", json={"email": person.email.upper()})
    token = await post.token(person, kind="reset_password")

    chosen = await visitor.post(
        "/v1/password-resets/confirmations", json={"token": token, "new_password": NEW}
    )

    assert (asked.status_code, chosen.status_code) == (204, 204)
    problem(await person.client.get("/v1/me"), 401, "not_authenticated")
    entered = await sign_in(visitor, person, NEW)
    assert entered.status_code == 201, "whoever was braked has shown who they are"
    assert entered.json()["user"]["email_verified"] is True
    assert len(await post.letters(person, kind="password_changed")) == 1
    again = await visitor.post(
        "/v1/password-resets/confirmations", json={"token": token, "new_password": PASSWORD}
    )
    problem(again, 422, "ticket_not_valid")


async def test_a_bad_choice_does_not_use_the_ticket_up(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    await visitor.post("/v1/password-resets", json={"email": person.email})
    token = await post.token(person, kind="reset_password")

    answers = [
        await visitor.post(
            "/v1/password-resets/confirmations", json={"token": token, "new_password": password}
        )
        for password in ("password1234", person.email, NEW)
    ]

    problem(answers[0], 422, "password_too_common")
    problem(answers[1], 422, "password_is_the_email")
    assert answers[2].status_code == 204


async def test_whoever_is_asked_for_the_answer_is_the_same(
    person: Person, visitor: httpx.AsyncClient
) -> None:
    """And so is what was done for it: as many statements, and one job."""
    asked = []
    for email in (person.email, f"x{person.email}"):
        with watched() as work:
            answer = await visitor.post("/v1/password-resets", json={"email": email})
        asked.append((answer.status_code, answer.content, work))

    assert asked[0] == asked[1]
    assert asked[0][:2] == (204, b"")
    assert sum("jobs.enqueue" in one for one in asked[0][2].statements) == 1


async def test_nobody_is_flooded_with_resets(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    answers = [
        await visitor.post("/v1/password-resets", json={"email": person.email}) for _ in range(12)
    ]

    assert {answer.status_code for answer in answers} == {204}
    assert 6 <= len(await post.letters(person, kind="reset_password")) < 12


async def test_from_one_address_not_everybody_is_asked_for(system: System) -> None:
    async with visiting(system) as visitor:
        answers = [
            await visitor.post("/v1/password-resets", json={"email": f"nobody{n}@nobody.example"})
            for n in range(57)
        ]

    assert [answer.status_code for answer in answers[:51]] == [204] * 51
    assert 429 in [answer.status_code for answer in answers[51:]]


async def test_a_change_makes_an_open_reset_void(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    await visitor.post("/v1/password-resets", json={"email": person.email})
    token = await post.token(person, kind="reset_password")
    assert (await person.client.post("/v1/me/password", json=CHANGE)).status_code == 201

    answer = await visitor.post(
        "/v1/password-resets/confirmations", json={"token": token, "new_password": PASSWORD}
    )

    problem(answer, 422, "ticket_not_valid")


async def test_a_key_changes_nobodys_password(system: System) -> None:
    async with signed_up(system) as person:
        wanted = {"name": "Till", "scopes": ["*"], "mode": "test"}
        key = await person.client.post("/v1/api-keys", json=wanted)
        answer = await person.client.post(
            "/v1/me/password", json=CHANGE, headers=bearer(key.json()["secret"])
        )

    problem(answer, 403, "session_needed")
