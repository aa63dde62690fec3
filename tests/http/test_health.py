"""What a load balancer and a person on call are told."""

import re

import httpx

from tests.http.documents import has_common_headers, problem
from tests.http.doors import calling
from tests.world import World


async def test_a_process_is_alive_and_ready_without_a_key(world: World) -> None:
    transport = httpx.ASGITransport(app=world.system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as probe:
        alive, ready = await probe.get("/healthz"), await probe.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready"})
    assert has_common_headers(alive)


async def test_a_process_about_to_stop_is_alive_and_takes_nothing_new(world: World) -> None:
    door = world.system.door()
    async with calling(door, world) as program:
        door.drain()
        alive = await program.get("/healthz")
        ready = await program.get("/readyz")
        work = await program.get("/v1/tenant")
        stream = await program.get("/v1/events/stream")

    assert alive.status_code == 200
    for refused in (ready, work, stream):
        problem(refused, 503, "shutting_down")
        assert refused.headers["retry-after"] == "2"


async def test_figures_are_by_route_and_never_in_a_callers_words(
    world: World, api: httpx.AsyncClient
) -> None:
    word = f"w{world.tenant_id.hex}"
    await api.get(f"/v1/api-keys/{word}")
    await api.get(f"/{word}?{word}={word}")
    await api.request(word.upper(), "/v1/tenant", headers={word: word})

    figures = await api.get("/metrics")

    assert figures.headers["content-type"].startswith("text/plain")
    assert word not in figures.text.lower()
    labels = set(re.findall(r"guilder_http_request_seconds_count{(.*)} ", figures.text))
    assert 'method="GET",route="/v1/api-keys/{key_id}",status="404"' in labels
    assert 'method="GET",route="",status="404"' in labels
    assert 'method="other",route="",status="405"' in labels


async def test_figures_count_what_was_asked(api: httpx.AsyncClient) -> None:
    async def count() -> float:
        pattern = r'seconds_count{method="GET",route="/v1/quotas",status="200"} ([0-9.]+)'
        found = re.search(pattern, (await api.get("/metrics")).text)
        return float(found[1]) if found else 0.0

    before = await count()
    await api.get("/v1/quotas")

    assert await count() == before + 1
