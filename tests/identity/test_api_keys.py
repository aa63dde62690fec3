"""Keys open what their scopes say, until they are revoked."""

import asyncpg
import httpx
import pytest

from guilder.app import PACKAGES, System
from guilder.identity import Tier
from tests.http.documents import problem
from tests.identity.people import Person
from tests.identity.post import Post
from tests.world import World


async def test_a_key_is_shown_once(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["events:read"]})).json()

    shown = (await api.get(f"/v1/api-keys/{made['id']}")).json()

    assert made.pop("secret").endswith(made["hint"])
    assert shown == made


async def test_a_revoked_key_opens_nothing_from_the_next_request_on(
    world: World, api: httpx.AsyncClient
) -> None:
    async with world.program("api_keys:read") as till:
        key = (await till.get("/v1/api-keys")).json()["data"][0]
        revoked = await api.delete(f"/v1/api-keys/{key['id']}")
        refused = await till.get("/v1/api-keys")

    assert (revoked.status_code, revoked.json()["is_revoked"]) == (200, True)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")


async def test_revoking_is_easy_and_rotating_is_not(world: World, api: httpx.AsyncClient) -> None:
    """A key that has leaked must not wait for somebody who holds as much as it opens."""
    body = {"name": "Till", "scopes": ["orders:write"]}
    wider = (await api.post("/v1/api-keys", json=body)).json()
    path = f"/v1/api-keys/{wider['id']}"
    async with world.program("api_keys:write") as guard:
        rotated = await guard.post(f"{path}/rotations", json={})
        revoked = await guard.delete(path)

    problem(rotated, 403, "scope_not_held")
    assert (revoked.status_code, revoked.json()["is_revoked"]) == (200, True)


@pytest.mark.parametrize(
    ("held", "wanted", "status"),
    [
        (["*"], ["*"], 201),
        (["*"], ["events:read", "api_keys:*"], 201),
        (["api_keys:*"], ["api_keys:read"], 201),
        (["api_keys:*"], ["api_keys:*"], 201),
        (["api_keys:*"], ["*"], 403),
        (["api_keys:*"], ["events:read"], 403),
        (["api_keys:write"], ["api_keys:*"], 403),
        (["api_keys:read"], ["api_keys:read"], 403),
    ],
)
async def test_nobody_gives_what_they_do_not_hold(
    world: World, held: list[str], wanted: list[str], status: int
) -> None:
    async with world.program(*held) as program:
        answer = await program.post("/v1/api-keys", json={"name": "Till", "scopes": wanted})

    assert answer.status_code == status


async def test_a_key_for_tests_makes_no_live_one(api: httpx.AsyncClient) -> None:
    test_key = {"name": "Tests", "scopes": ["*"], "mode": "test"}
    secret = (await api.post("/v1/api-keys", json=test_key)).json()["secret"]
    api.headers["authorization"] = f"Bearer {secret}"

    refused = await api.post("/v1/api-keys", json=test_key | {"mode": "live"})
    made = await api.post("/v1/api-keys", json=test_key)

    assert (refused.status_code, refused.json()["code"]) == (403, "live_key_not_allowed")
    assert made.status_code == 201


async def test_a_key_for_tests_rotates_and_revokes_no_live_one(
    world: World, api: httpx.AsyncClient
) -> None:
    live = (await world.key("events:read")).key
    test_key = {"name": "Tests", "scopes": ["*"], "mode": "test"}
    made = [(await api.post("/v1/api-keys", json=test_key)).json() for _ in range(2)]
    as_operator = api.headers["authorization"]
    api.headers["authorization"] = f"Bearer {made[0]['secret']}"

    for refused in (
        await api.post(f"/v1/api-keys/{live.id}/rotations", json={}),
        await api.delete(f"/v1/api-keys/{live.id}"),
    ):
        problem(refused, 403, "live_key_not_allowed")
    rotated = await api.post(f"/v1/api-keys/{made[1]['id']}/rotations", json={})
    revoked = await api.delete(f"/v1/api-keys/{rotated.json()['id']}")
    api.headers["authorization"] = as_operator
    untouched = (await api.get(f"/v1/api-keys/{live.id}")).json()

    assert (rotated.status_code, revoked.status_code) == (201, 200)
    assert revoked.json()["is_revoked"]
    assert (untouched["is_revoked"], untouched["replaced_by"]) == (False, None)


@pytest.mark.parametrize(
    ("scopes", "unknown"),
    [
        (["events:raed"], ["events:raed"]),
        (["payment:*", "events:read"], ["payment:*"]),
        (["everything"], ["everything"]),
        (["*:read"], ["*:read"]),
    ],
)
async def test_a_scope_that_opens_nothing_is_refused(
    api: httpx.AsyncClient, scopes: list[str], unknown: list[str]
) -> None:
    refused = await api.post("/v1/api-keys", json={"name": "Till", "scopes": scopes})

    assert problem(refused, 422, "scope_not_known")["scopes"] == unknown


async def test_every_declared_permission_is_a_scope(api: httpx.AsyncClient) -> None:
    declared = {one for package in PACKAGES for one in package.permissions}
    scopes = {"*", *declared, *(one.partition(":")[0] + ":*" for one in declared)}

    made = await api.post("/v1/api-keys", json={"name": "Till", "scopes": [*scopes]})

    assert made.json()["scopes"] == sorted(scopes)


async def test_a_rotated_key_opens_under_both_secrets_until_the_overlap_is_over(
    api: httpx.AsyncClient,
) -> None:
    made = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})).json()

    new = (await api.post(f"/v1/api-keys/{made['id']}/rotations", json={})).json()
    old = (await api.get(f"/v1/api-keys/{made['id']}")).json()
    opened = [await quotas_by(api, one["secret"]) for one in (made, new)]
    again = await api.post(f"/v1/api-keys/{made['id']}/rotations", json={})

    assert opened == [200, 200]
    assert old["replaced_by"] == new["id"]
    assert old["expires_at"] is not None
    assert (new["scopes"], new["name"], new["mode"]) == (made["scopes"], "Till", "live")
    problem(again, 409, "key_replaced")


async def test_a_rotation_is_kept_with_what_is_otherwise(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})).json()
    new = (await api.post(f"/v1/api-keys/{made['id']}/rotations", json={})).json()

    kept = (await api.get("/v1/audit", params={"action": "api_key.rotated"})).json()["data"]

    assert [one["object"]["id"] for one in kept] == [made["id"]]
    assert kept[0]["before"] == {"expires_at": None, "replaced_by": None}
    assert kept[0]["after"]["replaced_by"] == new["id"]


@pytest.mark.parametrize(
    "change",
    ["scopes = array['*']", "mode = 'live'", "kind = 'secret'", "created_by = 'operator'"],
)
async def test_no_statement_has_a_key_open_more(
    api: httpx.AsyncClient, database: asyncpg.Connection, change: str
) -> None:
    asked = {
        "name": "Till",
        "scopes": ["storefront:read"],
        "mode": "test",
        "kind": "publishable",
    }
    made = (await api.post("/v1/api-keys", json=asked)).json()

    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(
            f"update identity.api_key set {change} where id = $1",
            made["id"],
        )


async def test_without_an_overlap_the_old_secret_opens_nothing(api: httpx.AsyncClient) -> None:
    made = (await api.post("/v1/api-keys", json={"name": "Till", "scopes": ["*"]})).json()

    place = f"/v1/api-keys/{made['id']}/rotations"
    new = (await api.post(place, json={"overlap_seconds": 0})).json()

    assert [await quotas_by(api, one["secret"]) for one in (made, new)] == [401, 200]


@pytest.mark.parametrize(
    ("allowed", "status"),
    [(["127.0.0.1"], 200), (["127.0.0.0/8", "::1"], 200), (["203.0.113.7"], 401)],
)
async def test_a_key_opens_from_its_addresses_only(
    api: httpx.AsyncClient, allowed: list[str], status: int
) -> None:
    made = await api.post(
        "/v1/api-keys", json={"name": "T", "scopes": ["*"], "allowed_addresses": allowed}
    )

    assert await quotas_by(api, made.json()["secret"]) == status


async def test_what_is_no_address_is_refused(api: httpx.AsyncClient) -> None:
    asked = {"name": "Till", "scopes": ["*"], "allowed_addresses": ["our office"]}
    problem(await api.post("/v1/api-keys", json=asked), 422, "address_not_readable")


async def test_a_publishable_key_holds_nothing_that_a_buyer_may_not(
    api: httpx.AsyncClient,
) -> None:
    asked = {"name": "Page", "kind": "publishable", "scopes": ["storefront:read"]}

    made = await api.post("/v1/api-keys", json=asked)
    refused = await api.post("/v1/api-keys", json=asked | {"scopes": ["products:read"]})
    everything = await api.post("/v1/api-keys", json=asked | {"scopes": ["*"]})

    assert made.json()["secret"].startswith("gpk_live_")
    assert await quotas_by(api, made.json()["secret"]) == 403
    problem(refused, 422, "scope_not_public")
    problem(everything, 422, "scope_not_public")


async def quotas_by(api: httpx.AsyncClient, secret: str) -> int:
    answer = await api.get("/v1/quotas", headers={"authorization": f"Bearer {secret}"})
    return answer.status_code


async def test_a_key_is_rotated_also_where_there_is_no_room_for_another(system: System) -> None:
    free = await World.found(system, tier=Tier.FREE)
    async with free.program("*") as program:
        for _ in range(9):
            made = await program.post("/v1/api-keys", json={"name": "T", "scopes": ["*"]})
        full = await program.post("/v1/api-keys", json={"name": "T", "scopes": ["*"]})
        place = f"/v1/api-keys/{made.json()['id']}/rotations"
        rotated = await program.post(place, json={})
        still_full = await program.post("/v1/api-keys", json={"name": "T", "scopes": ["*"]})

    problem(full, 403, "quota_exceeded")
    assert rotated.status_code == 201
    problem(still_full, 403, "quota_exceeded")


async def test_the_owner_is_told_of_a_key_that_moves_money(verified: Person, post: Post) -> None:
    await verified.client.post("/v1/api-keys", json={"name": "Till", "scopes": ["events:read"]})
    tests = {"name": "Tests", "scopes": ["events:read"], "mode": "test"}
    await verified.client.post("/v1/api-keys", json=tests)

    (letter,) = await post.letters(verified, kind="api_key_created")

    assert "Till" in letter.text
    assert "events:read" in letter.text
