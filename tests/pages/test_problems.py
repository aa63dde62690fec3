"""Problems of pages: a person reads a page of the house, and a program its document."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Browser

from guilder.app import System
from guilder.http import Visitor, get
from guilder.kernel import Problem
from guilder.pages import problem_page
from guilder.storefront import PATHS_OF_BUYERS
from tests.http.documents import ON_EVERY_ANSWER, problem
from tests.http.doors import door_of
from tests.http.serving import Served
from tests.identity.people import visiting
from tests.pages.browser import chromium_at, window

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class PotIsGone(Problem, status=410):
    """The pot is gone: it <b>broke</b>."""


class TooManyPots(Problem, status=429):
    """So many pots at once are too many."""

    retry_after: int


class PotIsTaken(Problem, status=409):
    """Somebody else has this pot."""


@get("/broken-pot", None, problems=(PotIsGone, PotIsTaken, TooManyPots))
async def broken_pot(visitor: Visitor, how: str = "") -> None:
    """Something that never works."""
    if how == "gone":
        raise PotIsGone
    if how == "taken":
        raise PotIsTaken
    if how == "many":
        raise TooManyPots(retry_after=7)
    raise RuntimeError(f"a secret of {visitor.address}")


@pytest.fixture
async def door(system: System) -> AsyncIterator[httpx.AsyncClient]:
    """The system's door, with something behind it that never works."""
    opened = door_of(system, broken_pot, problem_page=problem_page)
    transport = httpx.ASGITransport(app=opened, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as client:
        yield client


async def test_a_browser_is_shown_a_page(door: httpx.AsyncClient) -> None:
    answer = await door.get("/nothing", headers={"accept": BROWSER})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert ON_EVERY_ANSWER.items() <= dict(answer.headers).items()
    assert "There is nothing here" in answer.text
    assert answer.headers["request-id"] in answer.text
    assert "/openapi.json" not in answer.text


async def test_a_conflict_is_not_told_as_something_unreadable(door: httpx.AsyncClient) -> None:
    answer = await door.get("/broken-pot?how=taken", headers={"accept": BROWSER})

    assert answer.status_code == 409
    assert "This does not go together with what is there" in answer.text
    assert "Somebody else has this pot." in answer.text


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/nothing", "*/*"),
        ("/nothing", "application/json"),
        ("/nothing", "text/html;q=0, */*"),
        ("/v1/nothing", BROWSER),
        ("/v1/orders", BROWSER),
    ],
)
async def test_a_program_reads_a_document(door: httpx.AsyncClient, path: str, accept: str) -> None:
    answer = await door.get(path, headers={"accept": accept})

    code = "not_authenticated" if path == "/v1/orders" else "not_found"
    problem(answer, 401 if path == "/v1/orders" else 404, code)


async def test_a_bug_tells_nothing_but_where_it_is_found(door: httpx.AsyncClient) -> None:
    answer = await door.get("/broken-pot", headers={"accept": BROWSER})

    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert answer.headers["request-id"] in answer.text
    assert "secret" not in answer.text


async def test_what_is_gone_says_so_and_escapes_it(door: httpx.AsyncClient) -> None:
    answer = await door.get("/broken-pot?how=gone", headers={"accept": BROWSER})

    assert (answer.status_code, "This is gone" in answer.text) == (410, True)
    assert "it &lt;b&gt;broke&lt;/b&gt;." in answer.text


async def test_who_comes_too_often_is_told_when_to_come_again(door: httpx.AsyncClient) -> None:
    answer = await door.get("/broken-pot?how=many", headers={"accept": BROWSER})

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert "Try again in 7 seconds." in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/pay/tulips/nothing", 404),
        ("PUT", "/pay/tulips", 405),
        ("GET", "/orders/tulips/nothing", 404),
        ("PUT", "/orders/tulips/receipt", 405),
    ],
)
async def test_a_buyer_is_not_led_to_where_merchants_sign_in(
    system: System, method: str, path: str, status: int
) -> None:
    async with visiting(system, accept=BROWSER) as browser:
        answer = await browser.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["request-id"] in answer.text
    assert 'href="/"' not in answer.text


@pytest.mark.parametrize("path", ["/nothing", "/sign-in/nothing", "/orders", "/payers"])
async def test_who_sells_is_led_to_the_first_page(system: System, path: str) -> None:
    async with visiting(system, accept=BROWSER) as browser:
        answer = await browser.get(path)

    assert answer.status_code == 404
    assert 'href="/"' in answer.text


async def test_pages_of_links_are_those_of_buyers(system: System) -> None:
    """What takes whatever was added to its link is a buyer's page, and none leads them away."""
    pages = {one.path for one in system.endpoints if one.is_page}

    assert pages
    assert {path for path in pages if not path.startswith(PATHS_OF_BUYERS)} == set()


async def test_a_form_of_another_site_is_refused_in_words(system: System) -> None:
    async with visiting(system, accept=BROWSER) as browser:
        answer = await browser.post("/sign-in", data={"login": "x"})

    assert answer.status_code == 403
    assert "load it again" in answer.text


@pytest.fixture(scope="module")
async def chromium(served: Served) -> AsyncIterator[Browser]:
    async with chromium_at(served.port) as browser:
        yield browser


@pytest.mark.parametrize("path", ["/nothing", "/sign-out"])
async def test_a_problem_can_be_read_at_every_size_and_in_every_light(
    chromium: Browser, path: str
) -> None:
    async with window(chromium) as seen:
        await seen.go(path)

        assert await seen.complaints_in_every_light(f"problem{path.replace('/', '-')}") == []
        assert seen.strangers == set()
