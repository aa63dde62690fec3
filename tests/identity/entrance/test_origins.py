"""Whoever signs in from where nobody did before is told by mail."""

import httpx
import pytest

from guilder.app import System
from guilder.identity.entrance.origins import device_of
from tests.identity.people import PASSWORD, Person, visiting
from tests.identity.post import Post

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/146.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


async def enter(visitor: httpx.AsyncClient, person: Person) -> None:
    answer = await visitor.post("/v1/sessions", json={"login": person.email, "password": PASSWORD})
    assert answer.status_code == 201


async def test_another_device_or_place_is_told_and_one_that_is_known_is_not(
    system: System, verified: Person, post: Post
) -> None:
    assert await post.letters(verified, kind="new_sign_in") == []

    async with visiting(system, **{"user-agent": FIREFOX}) as visitor:
        await enter(visitor, verified)
        await enter(visitor, verified)
        first = await post.letter(verified, kind="new_sign_in")
        visitor.headers["user-agent"] = CHROME
        await enter(visitor, verified)
        await enter(visitor, verified)
    async with visiting(system, **{"user-agent": FIREFOX}) as elsewhere:
        await enter(elsewhere, verified)

    assert "Firefox, Linux" in first.text
    assert "10." in first.text
    assert len(await post.letters(verified, kind="new_sign_in")) == 3


async def test_the_first_time_is_nothing_to_be_told(person: Person, post: Post) -> None:
    waiting = await post.waiting(person)

    assert [job["kind"] for job in waiting] == ["identity.mail_ticket"]


async def test_a_session_that_is_renewed_is_nothing_new(verified: Person, post: Post) -> None:
    await verified.client.post(
        "/v1/me/password",
        json={"current_password": PASSWORD, "new_password": "eleven blue tricycles"},
    )

    assert await post.letters(verified, kind="new_sign_in") == []


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        (FIREFOX, "Firefox, Linux"),
        (CHROME, "Chrome, Windows"),
        (f"{CHROME} Edg/146.0.0.0", "Edge, Windows"),
        (IPHONE, "Safari, iOS"),
        ("curl/8.14.1", "curl"),
        ("python-httpx/0.28", None),
        ("Your account is at risk: https://evil.example", None),
        ("", None),
        (None, None),
    ],
)
def test_a_device_is_told_in_our_words_only(user_agent: str | None, device: str | None) -> None:
    assert device_of(user_agent) == device
