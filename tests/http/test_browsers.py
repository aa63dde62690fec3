"""Pages of any origin may call the storefront, and nothing else."""

from uuid import uuid4

import httpx
import pytest

from guilder.app import PACKAGES
from guilder.http import Door, get
from guilder.identity.api_key import PUBLIC_SCOPES
from tests.http.documents import has_common_headers, problem
from tests.http.doors import calling, door_of
from tests.http.serving import Served
from tests.world import World

PAGE = "https://shop.example"
HEADERS = {"access-control-allow-origin", "access-control-expose-headers"}
ASKING = {"origin": PAGE, "access-control-request-method": "POST"}
ENDPOINTS = [endpoint for package in PACKAGES for endpoint in package.endpoints]
OPEN = {one.path for one in ENDPOINTS if one.is_for_browsers}


def opened_to_pages(answer: httpx.Response) -> set[str]:
    """What an answer says to browsers."""
    return {name for name in answer.headers if name.startswith("access-control-")}


def filled(path: str) -> str:
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


def test_pages_may_call_what_publishable_keys_open_and_nothing_else() -> None:
    for endpoint in ENDPOINTS:
        assert endpoint.is_for_browsers == (endpoint.permission in PUBLIC_SCOPES), endpoint.path
        assert endpoint.is_for_browsers == endpoint.path.startswith("/v1/storefront/")


@pytest.mark.parametrize("path", sorted(OPEN))
async def test_a_browser_is_told_what_pages_may_do(served: Served, path: str) -> None:
    methods = {one.method for one in ENDPOINTS if one.path == path}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as browser:
        answer = await browser.options(filled(path), headers=ASKING)

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert set(answer.headers["access-control-allow-methods"].split(", ")) == methods
    assert answer.headers["access-control-allow-headers"] == (
        "authorization, content-type, guilder-version, idempotency-key"
    )
    assert "access-control-allow-credentials" not in answer.headers
    assert has_common_headers(answer)


@pytest.mark.parametrize("path", sorted({one.path for one in ENDPOINTS} - OPEN))
async def test_nowhere_else(served: Served, path: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as browser:
        asked = await browser.options(filled(path), headers=ASKING)
        got = await browser.get(filled(path), headers={"origin": PAGE})

    assert asked.status_code in {404, 405}
    assert opened_to_pages(asked) == opened_to_pages(got) == set()


async def test_what_is_not_there_is_open_to_nobody(served: Served) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{served.port}") as browser:
        for path in ("/v1/storefront", "/v1/storefront/products/", "/v1/storefront/x", "/v1"):
            asked = await browser.options(path, headers=ASKING)
            problem(asked, 404, "not_found")
            assert opened_to_pages(asked) == set()


async def test_a_page_reads_answers_and_problems_alike(world: World) -> None:
    async with calling(world.system.door(), world, "storefront:*") as page:
        page.headers["origin"] = PAGE
        products = await page.get("/v1/storefront/products?currency=EUR")
        made = await page.post("/v1/storefront/carts", json={"currency": "EUR"})
        again = {"idempotency-key": uuid4().hex}
        kept = [
            await page.post("/v1/storefront/carts", json={"currency": "EUR"}, headers=again)
            for _ in range(2)
        ]
        refused = [
            await page.get("/v1/storefront/carts/nobody"),
            await page.get(f"/v1/storefront/carts/{uuid4()}"),
            await page.post("/v1/storefront/carts", json={"currency": "E"}),
            await page.post("/v1/storefront/carts", content=b"{", headers={"content-type": "x/y"}),
            await page.get("/v1/storefront/products", headers={"authorization": "Bearer gpk"}),
            await page.get("/v1/storefront/products", headers={"guilder-version": "1"}),
        ]

    assert [one.status_code for one in (products, made, *kept)] == [200, 201, 201, 201]
    assert [one.status_code for one in refused] == [404, 404, 422, 415, 401, 400]
    for answer in (products, made, *kept, *refused):
        assert opened_to_pages(answer) == HEADERS
        assert answer.headers["access-control-allow-origin"] == "*"
        assert has_common_headers(answer)


async def test_no_cookie_lets_a_page_in(world: World) -> None:
    secret = (await world.key("*")).secret
    async with calling(world.system.door(), world, secret=secret) as page:
        del page.headers["authorization"]
        page.headers["cookie"] = f"guilder_session={secret}"
        refused = await page.get("/v1/storefront/products?currency=EUR")

    problem(refused, 401, "not_authenticated")


async def test_a_page_reads_that_something_broke(world: World) -> None:
    @get("/v1/broken", "events:read", is_for_browsers=True)
    async def broken() -> None:
        """Fail."""
        raise ZeroDivisionError

    door: Door = door_of(world.system, broken)
    async with calling(door, world) as page:
        failed = await page.get("/v1/broken")
        door.drain()
        refused = await page.get("/v1/broken")
        asked = await page.options("/v1/broken", headers=ASKING)

    assert [one.status_code for one in (failed, refused, asked)] == [500, 503, 204]
    assert opened_to_pages(failed) == opened_to_pages(refused) == HEADERS
