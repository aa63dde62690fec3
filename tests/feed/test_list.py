"""The log as a list: newest first, and filtered."""

from uuid import uuid4

import httpx

from tests.http.documents import problem
from tests.world import World


async def test_the_list_shows_what_happened_newest_first(
    world: World, api: httpx.AsyncClient
) -> None:
    key = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})).json()
    await api.delete(f"/v1/api-keys/{key['id']}")
    await world.relayed(4)

    data = (await api.get("/v1/events")).json()["data"]

    assert [(one["position"], one["type"]) for one in data] == [
        (4, "api_key.revoked"),
        (3, "api_key.created"),
        (2, "api_key.created"),
        (1, "tenant.created"),
    ]
    assert data[0]["object"] == {"type": "api_key", "id": key["id"]}
    assert data[0]["data"]["revoked_at"] is not None
    assert key["secret"] not in str(data)
    assert (await api.get(f"/v1/events/{data[0]['id']}")).json() == data[0]


async def test_filters_narrow_the_list(world: World, api: httpx.AsyncClient) -> None:
    key = (await world.key("events:read")).key
    await world.relayed(3)

    async def positions(query: str) -> list[int]:
        data = (await api.get(f"/v1/events?{query}")).json()["data"]
        return [one["position"] for one in data]

    assert await positions("type=api_key.created") == [3, 2]
    assert await positions("type=tenant.created") == [1]
    assert await positions(f"object={key.id}") == [3]
    assert await positions(f"type=api_key.created&object={key.id}") == [3]
    assert await positions(f"type=tenant.created&object={key.id}") == []
    assert await positions("type=nothing.happened") == []
    assert await positions(f"object={uuid4()}") == []


async def test_a_filtered_list_goes_page_by_page(world: World, api: httpx.AsyncClient) -> None:
    for _ in range(3):
        await world.key("events:read")
    await world.relayed(5)

    query = {"type": "api_key.created", "limit": "2"}
    first = (await api.get("/v1/events", params=query)).json()
    await world.key("events:read")
    await world.relayed(6)
    second = (await api.get("/v1/events", params=query | {"cursor": first["next_cursor"]})).json()

    pages = [[one["position"] for one in page["data"]] for page in (first, second)]
    assert pages == [[5, 4], [3, 2]]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)


async def test_no_tenant_sees_what_happened_to_another(
    world: World, other: World, api: httpx.AsyncClient
) -> None:
    await world.relayed(1)
    await other.relayed(1)
    async with other.program("*") as stranger:
        theirs = (await stranger.get("/v1/events?type=tenant.created")).json()["data"][0]

    problem(await api.get(f"/v1/events/{theirs['id']}"), 404, "event_not_found")
    mine = (await api.get("/v1/events?type=tenant.created")).json()["data"]
    assert [one["object"]["id"] for one in mine] == [str(world.tenant_id)]
