"""An e-mail is confirmed by whoever reads it, and exchanged for another one that is read."""

import asyncio

import httpx

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, somebody, visiting
from tests.identity.post import Post

CONFIRM = "/v1/email-verifications/confirmations"
CONFIRM_CHANGE = "/v1/email-changes/confirmations"


async def me(person: Person) -> dict[str, object]:
    shown: dict[str, object] = (await person.client.get("/v1/me")).json()
    return shown


async def test_signing_up_sends_a_mail_by_which_the_address_is_confirmed(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    letter = await post.letter(person, kind="verify_email")
    token = await post.token(person, kind="verify_email")
    before = await me(person)

    answer = await visitor.post(CONFIRM, json={"token": token})

    assert "http://guilder.test/verify-email?token=gt_" in letter.text
    assert (before["email_verified"], answer.status_code) == (False, 204)
    assert (await me(person))["email_verified"] is True


async def test_the_mail_is_sent_again_and_the_one_before_is_void(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    older = await post.token(person, kind="verify_email")

    asked = await person.client.post("/v1/email-verifications")

    assert asked.status_code == 204
    newer = await post.token(person, kind="verify_email")
    answers = [await visitor.post(CONFIRM, json={"token": token}) for token in (older, newer)]
    assert [answer.status_code for answer in answers] == [422, 204]


async def test_nobody_is_flooded_with_mails(person: Person, post: Post) -> None:
    answers = [await person.client.post("/v1/email-verifications") for _ in range(12)]

    assert [answer.status_code for answer in answers[:6]] == [204] * 6
    braked = next(answer for answer in answers if answer.status_code != 204)
    document = problem(braked, 429, "too_many_attempts")
    assert braked.headers["retry-after"] == str(document["retry_after"])
    assert len(await post.letters(person, kind="verify_email")) == 1


async def test_a_confirmed_address_is_not_confirmed_again(verified: Person) -> None:
    answer = await verified.client.post("/v1/email-verifications")

    problem(answer, 409, "email_is_verified")


async def test_another_address_is_taken_once_its_mail_is_read(
    verified: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    new = somebody()["email"]
    asked = await verified.client.post(
        "/v1/me/email", json={"new_email": new, "password": PASSWORD}
    )
    before = await me(verified)
    token = await post.token(verified, kind="change_email", to=new)

    confirmed = await visitor.post(CONFIRM_CHANGE, json={"token": token})

    assert (asked.status_code, confirmed.status_code) == (204, 204)
    assert before["email"] == verified.email
    problem(await verified.client.get("/v1/me"), 401, "not_authenticated")
    entered = await visitor.post("/v1/sessions", json={"login": new, "password": PASSWORD})
    assert (entered.json()["user"]["email"], entered.json()["user"]["email_verified"]) == (
        new,
        True,
    )
    told = await post.letter(verified, kind="email_changed")
    assert new not in told.text
    assert told.kept.to.endswith(f"{verified.email}>")


async def test_whoever_does_not_know_the_password_changes_nothing(
    verified: Person, post: Post
) -> None:
    new = somebody()["email"]

    refused = await verified.client.post(
        "/v1/me/email", json={"new_email": new, "password": "not the right one"}
    )

    problem(refused, 403, "password_not_right")
    assert await post.letters(verified, kind="change_email", to=new) == []


async def test_an_address_of_somebody_else_is_not_taken(
    system: System, verified: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    """Neither when it is asked for, nor when somebody has signed up with it meanwhile."""
    new = somebody()["email"]
    wanted = {"new_email": new, "password": PASSWORD}
    assert (await verified.client.post("/v1/me/email", json=wanted)).status_code == 204
    token = await post.token(verified, kind="change_email", to=new)

    async with signed_up(system, email=new.upper()):
        at_the_end = await visitor.post(CONFIRM_CHANGE, json={"token": token})
        at_once = await verified.client.post("/v1/me/email", json=wanted)

    problem(at_the_end, 409, "email_in_use")
    problem(at_once, 409, "email_in_use")
    assert (await me(verified))["email"] == verified.email


async def test_of_many_who_want_one_address_at_once_one_has_it(system: System, post: Post) -> None:
    new = somebody()["email"]

    async def wish() -> tuple[Person, str]:
        async with signed_up(system) as person:
            wanted = {"new_email": new, "password": PASSWORD}
            assert (await person.client.post("/v1/me/email", json=wanted)).status_code == 204
            return person, await post.token(person, kind="change_email", to=new)

    wishes = [await wish() for _ in range(4)]
    async with visiting(system) as visitor:
        answers = await asyncio.gather(
            *(visitor.post(CONFIRM_CHANGE, json={"token": token}) for _, token in wishes)
        )

    assert sorted(answer.status_code for answer in answers) == [204, 409, 409, 409]


async def test_a_link_of_before_confirms_nothing_about_another_address(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    """Whoever reads the old address has proved nothing about the new one."""
    old = await post.token(person, kind="verify_email")
    new = somebody()["email"]
    await person.client.post("/v1/me/email", json={"new_email": new, "password": PASSWORD})
    token = await post.token(person, kind="change_email", to=new)
    assert (await visitor.post(CONFIRM_CHANGE, json={"token": token})).status_code == 204

    problem(await visitor.post(CONFIRM, json={"token": old}), 422, "ticket_not_valid")


async def test_a_link_of_before_opens_nothing_after_a_change_and_back(
    verified: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    """Whoever had got into the old mailbox may hold it still."""
    await visitor.post("/v1/password-resets", json={"email": verified.email})
    old = await post.token(verified, kind="reset_password")
    between = somebody()["email"]
    for login, email in ((verified.email, between), (between, verified.email)):
        entered = await visitor.post("/v1/sessions", json={"login": login, "password": PASSWORD})
        await visitor.post(
            "/v1/me/email",
            json={"new_email": email, "password": PASSWORD},
            headers={"authorization": f"Bearer {entered.json()['token']}"},
        )
        token = await post.token(verified, kind="change_email", to=email)
        assert (await visitor.post(CONFIRM_CHANGE, json={"token": token})).status_code == 204

    answer = await visitor.post(
        "/v1/password-resets/confirmations",
        json={"token": old, "new_password": "eleven blue tricycles"},
    )

    problem(answer, 422, "ticket_not_valid")


async def test_an_address_that_nobody_confirmed_is_told_nothing(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    """It may be a stranger's."""
    new = somebody()["email"]
    await person.client.post("/v1/me/email", json={"new_email": new, "password": PASSWORD})
    token = await post.token(person, kind="change_email", to=new)
    await visitor.post(CONFIRM_CHANGE, json={"token": token})

    assert await post.letters(person, kind="email_changed") == []
