"""Lists go page by page, and a cursor opens one list of one tenant."""

import base64

import httpx
import pytest

from guilder.http import Endpoint, Listing, Page, get
from tests.http.documents import problem
from tests.http.doors import calling, door_of
from tests.world import World


async def test_pages_add_up_to_the_list(world: World, api: httpx.AsyncClient) -> None:
    for number in range(4):
        await world.key("events:read", name=f"Till {number}")

    names, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get("/v1/api-keys", params=query)).json()
        names.append([key["name"] for key in page["data"]])
        cursor = page["next_cursor"]
        assert page["has_more"] == (cursor is not None)
        if cursor is None:
            break

    assert names == [["Till 3", "Till 2"], ["Till 1", "Till 0"], ["Program"]]


async def test_a_page_never_shifts_when_rows_come(world: World, api: httpx.AsyncClient) -> None:
    for number in range(4):
        await world.key("events:read", name=f"Till {number}")
    first = (await api.get("/v1/api-keys?limit=2")).json()
    await world.key("events:read", name="Late")

    second = (await api.get(f"/v1/api-keys?limit=2&cursor={first['next_cursor']}")).json()

    assert [key["name"] for key in second["data"]] == ["Till 1", "Till 0"]


async def cursor_of(api: httpx.AsyncClient, path: str) -> str:
    page = (await api.get(path)).json()
    assert page["next_cursor"], "the list is too short for this test"
    return str(page["next_cursor"])


async def test_a_cursor_opens_nothing_elsewhere(
    world: World, other: World, api: httpx.AsyncClient
) -> None:
    for tenant in (world, other):
        await tenant.key("events:read")
        await tenant.relayed(2)
    cursor = await cursor_of(api, "/v1/api-keys?limit=1")
    events = await cursor_of(api, "/v1/events?limit=1")
    live = await cursor_of(api, "/v1/api-keys?limit=1&mode=live")

    async with other.program("*") as stranger:
        await other.key("events:read")
        foreign = await stranger.get(f"/v1/api-keys?cursor={cursor}")
    problem(foreign, 400, "cursor_not_valid")
    for path in (
        f"/v1/events?cursor={cursor}",
        f"/v1/api-keys?cursor={events}",
        f"/v1/api-keys?cursor={live}",
        f"/v1/api-keys?mode=test&cursor={live}",
        f"/v1/api-keys?mode=live&cursor={cursor}",
        f"/v1/events?type=api_key.created&cursor={events}",
    ):
        problem(await api.get(path), 400, "cursor_not_valid")
    assert (await api.get(f"/v1/api-keys?limit=50&cursor={cursor}")).status_code == 200


def numbers_at(path: str) -> Endpoint:
    @get(path, "tests:read")
    async def numbers(page: Page) -> Listing[int]:
        """Count."""
        first = page.after(int) or 0
        rows = range(first + 1, first + 1 + page.most)
        return page.listing(rows, at=lambda row: row, show=lambda row: row)

    return numbers


async def test_a_cursor_belongs_to_one_of_two_lists_that_are_alike(world: World) -> None:
    door = door_of(world.system, numbers_at("/v1/tests/here"), numbers_at("/v1/tests/there"))
    async with calling(door, world) as program:
        cursor = await cursor_of(program, "/v1/tests/here?limit=2")
        here = await program.get(f"/v1/tests/here?cursor={cursor}&limit=2")
        there = await program.get(f"/v1/tests/there?cursor={cursor}")

    assert here.json()["data"] == [3, 4]
    problem(there, 400, "cursor_not_valid")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "%C3%A4",
        "%F0%9F%8C%B7",
        "null",
        "A" * 512,
        "A" * 513,
        "A" * 7000,
        "../../etc/passwd",
        base64.urlsafe_b64encode(b"\0" * 16 + b"1").decode(),
        base64.urlsafe_b64encode(b"\0" * 16 + b'"01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10"').decode(),
    ],
)
async def test_a_forged_cursor_opens_nothing(api: httpx.AsyncClient, cursor: str) -> None:
    answer = await api.get(f"/v1/api-keys?cursor={cursor}")

    if cursor == "%00":
        problem(answer, 422, "invalid_request")
    else:
        problem(answer, 400, "cursor_not_valid")


async def test_a_cursor_is_taken_unchanged(world: World, api: httpx.AsyncClient) -> None:
    await world.key("events:read")
    cursor = await cursor_of(api, "/v1/api-keys?limit=1")

    for place in range(0, len(cursor), 7):
        flipped = "A" if cursor[place] != "A" else "B"
        forged = cursor[:place] + flipped + cursor[place + 1 :]
        problem(await api.get(f"/v1/api-keys?cursor={forged}"), 400, "cursor_not_valid")
