"""The entries as they are read and exported, and the check that anybody may ask for."""

import hashlib
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from guilder import identity
from guilder.db import Tx
from guilder.identity.audit import exports
from tests.http.documents import problem
from tests.identity.audit.conftest import Chronicle, note
from tests.world import World


async def actions(api: httpx.AsyncClient, **wanted: Any) -> list[str]:
    answer = await api.get("/v1/audit", params={"limit": 100} | wanted)
    assert answer.status_code == 200, answer.text
    return [one["action"] for one in answer.json()["data"]]


async def test_entries_are_listed_newest_first(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.write("thing.made", after={"name": "Bulb"})
    await chronicle.write("thing.sold")

    listed = (await api.get("/v1/audit")).json()["data"]

    assert [one["action"] for one in listed] == ["thing.sold", "thing.made", "api_key.created"]
    assert [one["position"] for one in listed] == [3, 2, 1]
    assert listed[1]["actor"] == {"kind": "operator", "id": None}
    assert listed[1]["after"] == {"name": "Bulb"}
    assert listed[0]["previous_hash"] == listed[1]["hash"]
    assert {one["tenant_id"] for one in listed} == {str(chronicle.world.tenant_id)}


async def test_a_list_goes_on_where_the_page_before_ended(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.write(*(f"thing.made_{one}" for one in "abcd"))
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get("/v1/audit", params={"limit": 2} | cursor)).json()
        found += [one["action"] for one in page["data"]]
        await chronicle.write("thing.sold")
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}

    made = [f"thing.made_{one}" for one in "dcba"]
    assert found == [*made, "api_key.created"]


async def test_filters_choose(chronicle: Chronicle, api: httpx.AsyncClient) -> None:
    bulb = uuid4()
    await chronicle.write("thing.made", "thing.sold", id=bulb)
    await chronicle.write("thing.made")
    key = (await api.get("/v1/api-keys")).json()["data"][0]["id"]
    made = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})).json()["id"]

    assert await actions(api, action="thing.made") == ["thing.made", "thing.made"]
    assert await actions(api, object_id=bulb) == ["thing.sold", "thing.made"]
    assert await actions(api, object_id=bulb, action="thing.made") == ["thing.made"]
    assert await actions(api, object_type="api_key") == ["api_key.created", "api_key.created"]
    assert await actions(api, actor_kind="api_key") == ["api_key.created"]
    assert await actions(api, actor_id=key) == ["api_key.created"]
    assert await actions(api, actor_id=key, object_id=made) == ["api_key.created"]
    assert await actions(api, actor_id=made) == []


async def test_times_bound_the_list_and_the_export(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.write(*(f"thing.made_{one}" for one in "abc"))
    entries = await chronicle.entries()
    times = {one.action: one.occurred_at.isoformat() for one in entries}
    a, b, c = (f"thing.made_{one}" for one in "abc")

    assert await actions(api, occurred_from=times[b]) == [c, b]
    assert await actions(api, occurred_before=times[b]) == [a, "api_key.created"]
    assert await actions(api, occurred_from=times[a], occurred_before=times[c]) == [b, a]
    assert await actions(api, occurred_from="2099-01-01T00:00:00Z") == []
    assert len(await actions(api, occurred_before="2099-01-01T00:00:00Z")) == 4
    bounds = {"occurred_from": times[a], "occurred_before": times[c], "after": "2"}
    assert [line["action"] for line in await lines(api, **bounds)] == [b]


@pytest.mark.parametrize(
    "wrong",
    [
        {"actor_kind": "nobody"},
        {"object_id": "7"},
        {"occurred_from": "yesterday"},
        {"occurred_before": "2026-01-01T00:00:00"},
        {"before": "7"},
        {"cursor": "x"},
    ],
)
async def test_what_is_no_filter_is_refused(api: httpx.AsyncClient, wrong: dict[str, str]) -> None:
    refused = await api.get("/v1/audit", params=wrong)

    assert refused.json()["code"] in {"invalid_request", "cursor_not_valid"}


async def lines(api: httpx.AsyncClient, **wanted: str) -> list[dict[str, Any]]:
    """The export, a line each."""
    answer = await api.get("/v1/audit/export", params=wanted)
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.content.splitlines()]


async def test_the_export_can_be_checked_by_anybody(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    """With nothing but JSON and SHA-256: sorted names, no space, UTF-8, without `hash`."""
    await chronicle.write("thing.made", before={"ß": [1, 2.5]}, after={"é": "\u2028🌷", "a": None})
    await chronicle.write("thing.sold")

    previous = "0" * 64
    exported = await lines(api)
    for line in exported:
        told = line.pop("hash")
        plain = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(plain.encode()).hexdigest() == told
        assert line["previous_hash"] == previous
        previous = told

    assert [line["position"] for line in exported] == [1, 2, 3]
    checked = (await api.get("/v1/audit/check")).json()
    assert checked["head"] == f"3:{previous}"


async def test_an_export_holds_so_much_and_says_where_to_go_on(
    chronicle: Chronicle, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chronicle.world.do(lambda tx: _several(tx, 250))
    monkeypatch.setattr(exports, "MOST_LINES", 100)
    found, after = [], "0"
    sizes = []
    while after:
        answer = await api.get("/v1/audit/export", params={"after": after})
        part = [json.loads(line)["position"] for line in answer.content.splitlines()]
        sizes.append(len(part))
        found += part
        after = answer.headers.get("next-after", "")

    assert found == list(range(1, 252))
    assert sizes == [100, 100, 51]


async def test_an_export_of_long_entries_ends_with_the_reading_in_which_it_became_long(
    chronicle: Chronicle, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chronicle.world.do(lambda tx: _several(tx, 120, text="x" * 1000))
    monkeypatch.setattr(exports, "MOST_BYTES", 60_000)

    answer = await api.get("/v1/audit/export")

    assert len(answer.content.splitlines()) == 50
    assert answer.headers["next-after"] == "50"


async def test_an_export_takes_the_filters_of_the_list(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    bulb = uuid4()
    await chronicle.write("thing.made", "thing.sold", id=bulb)

    (line,) = await lines(api, object_id=str(bulb), action="thing.sold", actor_kind="operator")

    assert UUID(line["object"]["id"]) == bulb


async def _several(tx: Tx, count: int, text: str = "") -> None:
    for _ in range(count):
        await note(tx, "thing.made", after={"text": text})


async def test_the_check_tells_where_a_chain_breaks(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.write("thing.made", "thing.sold")
    sound = (await api.get("/v1/audit/check")).json()
    await chronicle.spoil("delete from identity.audit_entry where tenant_id = $1 and position = 2")
    broken = (await api.get("/v1/audit/check")).json()

    assert (sound["is_intact"], sound["entries"], sound["flaw"]) == (True, 3, None)
    assert (broken["is_intact"], broken["entries"]) == (False, 1)
    assert (broken["flaw"], broken["broken_at"]) == ("missing", 2)


async def test_the_check_takes_a_head_that_was_kept(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.write("thing.made")
    head = (await api.get("/v1/audit/check")).json()["head"]
    other = head[:-1] + ("0" if head[-1] != "0" else "1")

    same = (await api.get("/v1/audit/check", params={"head": head})).json()
    another = (await api.get("/v1/audit/check", params={"head": other})).json()
    wrong = await api.get("/v1/audit/check", params={"head": "2:x"})

    assert same["is_intact"]
    assert (another["flaw"], another["broken_at"]) == ("not_as_kept", 2)
    problem(wrong, 422, "invalid_request")


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/export", "/v1/audit/check"])
async def test_only_who_may_see_who_did_what_sees_it(world: World, path: str) -> None:
    async with world.program("audit:read") as auditor, world.program("tenant:read") as till:
        seen, refused = await auditor.get(path), await till.get(path)

    assert seen.status_code == 200
    problem(refused, 403, "permission_missing")


async def test_another_tenant_sees_nothing_of_it(chronicle: Chronicle, other: World) -> None:
    thing = uuid4()
    await chronicle.write("thing.made", id=thing)
    async with other.program("*") as stranger:
        listed = await stranger.get("/v1/audit", params={"object_id": str(thing)})
        exported = await stranger.get("/v1/audit/export")
        checked = await stranger.get("/v1/audit/check")

    assert listed.json()["data"] == []
    assert str(chronicle.world.tenant_id) not in exported.text
    assert str(thing) not in exported.text
    assert checked.json()["entries"] == 1


async def test_a_suspended_tenant_reads_what_was_done(
    chronicle: Chronicle, api: httpx.AsyncClient
) -> None:
    await chronicle.world.do(identity.suspend)

    assert (await actions(api))[0] == "tenant.suspended"
