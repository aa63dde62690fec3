"""Pages of the entrance: people sign up, in and out with forms that only our pages can send."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, full, signed_up, somebody


@pytest.fixture
async def browser(system: System) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=system.door(), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        yield client


async def token_on(browser: httpx.AsyncClient, path: str) -> str:
    shown = await browser.get(path)
    assert shown.status_code == 200
    (found,) = set(re.findall(r'name="form_token" value="([0-9a-f]{64})"', shown.text))
    return found


async def send(browser: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    return await browser.post(path, data={"form_token": await token_on(browser, path), **fields})


async def test_somebody_signs_up_and_out_and_in_again(browser: httpx.AsyncClient) -> None:
    new = somebody()
    up = await send(browser, "/sign-up", email=new["email"], password=PASSWORD, name=new["name"])
    kept = browser.cookies["guilder_session"]
    out = await browser.post("/sign-out", data={"form_token": await token_on(browser, "/sign-in")})
    ended = await browser.get("/v1/me", headers={"authorization": f"Bearer {kept}"})
    back = await send(browser, "/sign-in", login=new["email"], password=PASSWORD, to="/orders")

    assert (up.status_code, up.headers["location"]) == (303, "/")
    assert "HttpOnly" in up.headers["set-cookie"]
    assert "SameSite=Lax" in up.headers["set-cookie"]
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
    problem(ended, 401, "not_authenticated")
    assert (back.status_code, back.headers["location"]) == (303, "/orders")


async def test_a_browser_that_does_not_tell_where_it_was_may_send_a_form(
    system: System, browser: httpx.AsyncClient
) -> None:
    async with signed_up(system) as person:
        token = await token_on(browser, "/sign-in")
        answer = await browser.post(
            "/sign-in",
            data={"login": person.email, "password": PASSWORD, "form_token": token},
            headers={"origin": "null", "sec-fetch-site": "same-origin"},
        )

    assert answer.status_code == 303


async def test_a_form_of_another_site_is_refused(
    system: System, browser: httpx.AsyncClient
) -> None:
    async with signed_up(system) as person:
        fields = {"login": person.email, "password": PASSWORD}
        token = await token_on(browser, "/sign-in")
        bare = await browser.post("/sign-in", data=fields)
        wrong = await browser.post("/sign-in", data=fields | {"form_token": "0" * 64})
        foreign = await browser.post(
            "/sign-in",
            data=fields | {"form_token": token},
            headers={"origin": "https://evil.example"},
        )
        across = await browser.post(
            "/sign-in",
            data=fields | {"form_token": token},
            headers={"sec-fetch-site": "cross-site"},
        )
        nowhere = await browser.post(
            "/sign-in", data=fields | {"form_token": token}, headers={"origin": "http://["}
        )
        as_json = await browser.post("/sign-in", json=fields | {"form_token": token})
        browser.cookies.clear()
        of_nobody = await browser.post("/sign-in", data=fields | {"form_token": token})

    for answer in (bare, wrong, foreign, across, nowhere, as_json, of_nobody):
        problem(answer, 403, "form_not_genuine")


@pytest.mark.parametrize(
    "to",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
async def test_nobody_is_sent_to_another_site(
    system: System, browser: httpx.AsyncClient, to: str
) -> None:
    async with signed_up(system) as person:
        answer = await send(browser, "/sign-in", login=person.email, password=PASSWORD, to=to)

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    browser: httpx.AsyncClient,
) -> None:
    answer = await send(
        browser, "/sign-up", email="<b>nobody", password="short", name='Wilma "W" <Vos>'
    )

    assert answer.status_code == 422
    assert 'id="email-told"' in answer.text
    assert "This cannot be an e-mail address." in answer.text
    assert 'value="Wilma &#34;W&#34; &lt;Vos&gt;"' in answer.text
    assert "<b>nobody" not in answer.text
    assert "short" not in answer.text


@pytest.mark.parametrize(
    ("path", "needed"),
    [("/sign-up", ["name", "email", "password"]), ("/sign-in", ["login", "password"])],
)
async def test_all_that_was_left_empty_is_told_at_once_and_the_first_of_it_waits(
    browser: httpx.AsyncClient, *, path: str, needed: list[str]
) -> None:
    answer = await send(browser, path, **dict.fromkeys(needed, " "))

    assert answer.status_code == 422
    assert re.findall(r'id="(\w+)-told">Please fill this in', answer.text) == needed
    assert re.findall(r"<input[^>]* autofocus", answer.text)[0].startswith(
        f'<input id="{needed[0]}"'
    )
    assert 'role="alert"' not in answer.text


async def test_a_refused_sign_in_tells_no_more_than_the_api(browser: httpx.AsyncClient) -> None:
    answer = await send(browser, "/sign-in", login="nobody@nobody.example", password=PASSWORD)

    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "too many attempts" in answer.text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/sign-in", {"login": "nobody@nobody.example"}),
        ("/sign-up", somebody()),
    ],
)
async def test_where_too_many_wait_the_page_says_when_to_come_again(
    system: System, browser: httpx.AsyncClient, path: str, fields: dict[str, str]
) -> None:
    with full(system):
        answer = await send(browser, path, **fields | {"password": PASSWORD})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Too many passwords wait to be looked at." in answer.text


async def test_pages_are_guarded(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/sign-in")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


async def test_style_is_cached_for_good_under_its_own_name(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    (place,) = re.findall(r'href="(/assets/[^"]+\.css)"', page.text)

    style = await browser.get(place)
    other = await browser.get("/assets/000000000000/guilder.css")
    outside = await browser.get("/assets/000000000000/layout.html")

    assert style.headers["content-type"].startswith("text/css")
    assert "immutable" in style.headers["cache-control"]
    assert (other.status_code, outside.status_code) == (404, 404)
