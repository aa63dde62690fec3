"""Where an address leads, and what every answer carries."""

import asyncio

import httpx
import pytest

from guilder.db import Tx
from guilder.http import delete
from tests.http.documents import ON_EVERY_ANSWER, has_common_headers, problem
from tests.http.doors import calling, door_of
from tests.world import DEADLINE_SECONDS, World


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v2/events",
        "/v1/events/",
        "//v1/events",
        "/v1//events",
        "/v1/Events",
        "/v1%2Fevents",
        "/v1/events%00",
        "/v1/events/stream/x",
        "/v1/api-keys/%2E%2E",
        "/v1/events;a=b",
        "/healthz/",
        "/%FF",
        "/%",
        "/docs/..%2f..%2fpyproject.toml",
    ],
)
async def test_elsewhere_there_is_nothing(api: httpx.AsyncClient, path: str) -> None:
    url = httpx.URL("http://guilder.test").copy_with(raw_path=path.encode())

    problem(await api.send(api.build_request("GET", url)), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/api-keys", "GET, HEAD, POST"),
        ("OPTIONS", "/v1/api-keys", "GET, HEAD, POST"),
        ("DELETE", "/v1/events", "GET, HEAD"),
        ("POST", "/v1/events/stream", "GET, HEAD"),
        ("PATCH", "/v1/api-keys/01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10", "DELETE, GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("BREW", "/v1/events", "GET, HEAD"),
        ("get", "/v1/events", "GET, HEAD"),
    ],
)
async def test_another_method_is_told_which_there_are(
    world: World, method: str, path: str, allow: str
) -> None:
    async with world.program("*") as api:
        request = api.build_request(method, path)
        request.method = method
        answer = await api.send(request)

    assert problem(answer, 405, "method_not_allowed")["allow"] == allow.split(", ")
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    ("accept", "is_fine"),
    [
        ("*/*", True),
        ("", True),
        ("application/json", True),
        ("APPLICATION/JSON", True),
        ("application/*;q=0.1", True),
        ("text/html, application/json;q=0.5", True),
        ("text/html;q=1, */*;q=0.001", True),
        ("application/json;profile=x", True),
        ("text/html", False),
        ("application/xml, text/*", False),
        ("application/json;q=0", False),
        ("application/json; q=0.000, */*", False),
        ("*/*;q=0", False),
        ("application/*;q=0, */*", False),
        ("text/event-stream", False),
        ("json", False),
    ],
)
async def test_the_answer_is_of_a_type_that_was_asked_for(
    api: httpx.AsyncClient, accept: str, *, is_fine: bool
) -> None:
    answer = await api.get("/v1/tenant", headers={"accept": accept})

    if is_fine:
        assert answer.status_code == 200
    else:
        problem(answer, 406, "not_acceptable")


async def test_accept_may_come_in_several_lines(api: httpx.AsyncClient) -> None:
    lines = [("accept", "application/json"), ("accept", "text/html")]
    del api.headers["accept"]

    assert (await api.get("/v1/tenant", headers=lines)).status_code == 200


@pytest.mark.parametrize("version", ["", "1", "2026-11-21", "2026-11-20 ", "latest"])
async def test_a_version_is_one_that_exists(api: httpx.AsyncClient, version: str) -> None:
    answer = await api.get("/v1/tenant", headers={"guilder-version": version})

    assert problem(answer, 400, "version_not_known")["supported"] == ["2026-11-20"]


async def test_every_answer_carries_what_keeps_browsers_safe(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/tenant", headers={"guilder-version": "2026-11-20"})

    assert answer.status_code == 200
    assert has_common_headers(answer)
    for page in ("/docs", "/docs/docs.css", "/openapi.json"):
        headers = (await api.get(page)).headers
        assert ON_EVERY_ANSWER.items() <= dict(headers).items()
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]


async def test_every_request_has_an_id_of_its_own(api: httpx.AsyncClient) -> None:
    ids = {
        (await api.get("/v1/tenant", headers={"request-id": "mine"})).headers["request-id"]
        for _ in range(3)
    }

    assert len(ids) == 3
    assert all(one.startswith("req_") and len(one) == 28 for one in ids)


@pytest.mark.parametrize(
    "path", ["/v1/tenant", "/v1/events", "/healthz", "/openapi.json", "/docs", "/nothing"]
)
async def test_head_is_get_without_its_body(api: httpx.AsyncClient, path: str) -> None:
    head, whole = await api.head(path), await api.get(path)

    assert head.content == b""
    unlike = {"request-id"}
    assert {name: value for name, value in head.headers.items() if name not in unlike} == {
        name: value for name, value in whole.headers.items() if name not in unlike
    }


async def test_an_answer_without_content_has_no_length_of_it(world: World) -> None:
    @delete("/v1/tests/nothing", "tests:write")
    async def nothing(tx: Tx) -> None:
        """Do nothing."""
        await tx.now()

    async with calling(door_of(world.system, nothing), world) as program:
        answer = await program.delete("/v1/tests/nothing")

    assert (answer.status_code, answer.content) == (204, b"")
    assert not {"content-length", "content-type"} & answer.headers.keys()
    assert has_common_headers(answer)


async def test_head_of_a_stream_ends(api: httpx.AsyncClient) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        answer = await api.head("/v1/events/stream")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/event-stream"


@pytest.mark.parametrize(
    "name", ["authorization", "content-type", "host", "guilder-version", "last-event-id"]
)
async def test_a_header_that_would_have_two_meanings_is_refused(
    api: httpx.AsyncClient, name: str
) -> None:
    lines = [(name, "a"), (name, "a")]
    request = api.build_request("GET", "/v1/tenant")
    request.headers = httpx.Headers(
        [*(pair for pair in request.headers.items() if pair[0] != name), *lines]
    )

    assert name in problem(await api.send(request), 400, "malformed_request")["detail"]
