"""Who comes in, how far, and until when."""

from datetime import datetime, timedelta

import httpx
import pytest

from guilder import identity
from guilder.app import System
from guilder.db import Tx
from guilder.http import get
from guilder.kernel import new_token
from tests.http.documents import problem
from tests.http.doors import calling, door_of
from tests.world import World, eventually

TILL = {"name": "Till", "scopes": ["events:read"]}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer gk_live_",
        "Bearer gk_live_" + "0" * 88,
        "Bearer gk_live_" + "0" * 80 + "00000000",
        "Bearer \xe4\xf6\xfc",
        "Bearer gk_live_" + "٣" * 88,
        "Bearer " + "x" * 10_000,
        "gk_live_" + "0" * 88,
    ],
)
async def test_without_a_key_nothing_opens(world: World, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization.encode()}
    transport = httpx.ASGITransport(app=world.system.door())
    async with httpx.AsyncClient(transport=transport, base_url="http://guilder.test") as nobody:
        answer = await nobody.get("/v1/events", headers=headers)

    problem(answer, 401, "not_authenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="guilder"'


async def test_a_key_of_another_random_part_opens_nothing(world: World) -> None:
    mine = (await world.key("*")).secret
    forged = new_token("gk_live", world.tenant_id)
    assert len(forged) == len(mine)

    async with calling(world.system.door(), world, secret=forged) as program:
        problem(await program.get("/v1/events"), 401, "not_authenticated")


async def test_two_keys_in_one_request_are_refused(world: World, api: httpx.AsyncClient) -> None:
    secret = (await world.key("*")).secret
    answer = await api.get(
        "/v1/events",
        headers=[("authorization", f"Bearer {secret}"), ("authorization", f"Bearer {secret}")],
    )

    problem(answer, 400, "malformed_request")


@pytest.mark.parametrize(
    ("scopes", "path", "is_open"),
    [
        (["events:read"], "/v1/events", True),
        (["events:*"], "/v1/events", True),
        (["*"], "/v1/events", True),
        (["event:read", "events:write"], "/v1/events", False),
        (["events:read"], "/v1/api-keys", False),
        (["api_keys:write"], "/v1/api-keys", False),
    ],
)
async def test_a_scope_opens_what_it_names(
    world: World, scopes: list[str], path: str, *, is_open: bool
) -> None:
    async with world.program(*scopes) as program:
        answer = await program.get(path)

    if is_open:
        assert answer.status_code == 200
    else:
        needed = problem(answer, 403, "permission_missing")["needs"]
        assert needed == ("events:read" if "events" in path else "api_keys:read")


async def test_who_was_let_in_knows_the_time_and_nobody_asks_again(
    system: System, world: World
) -> None:
    @get("/v1/time", "events:read")
    async def show_time(tx: Tx) -> list[datetime]:
        """Tell the time, as the transaction has it and as PostgreSQL has it."""
        known = tx._now
        ((asked,),) = await tx.fetch("select now()")
        return [known or asked.min, await tx.now(), asked]

    async with calling(door_of(system, show_time), world) as program:
        times = (await program.get("/v1/time")).json()

    assert len(set(times)) == 1


async def test_a_suspended_tenant_reads_and_cannot_write(
    world: World, api: httpx.AsyncClient
) -> None:
    made = (await api.post("/v1/api-keys", json=TILL)).json()
    await world.do(identity.suspend)

    assert (await api.get("/v1/api-keys")).status_code == 200
    assert (await api.head("/v1/api-keys")).status_code == 200
    problem(await api.post("/v1/api-keys", json=TILL), 403, "tenant_may_not_write")
    problem(await api.delete(f"/v1/api-keys/{made['id']}"), 403, "tenant_may_not_write")

    await world.do(identity.resume)
    assert (await api.post("/v1/api-keys", json=TILL)).status_code == 201


async def test_a_cancelled_tenant_does_neither(world: World, api: httpx.AsyncClient) -> None:
    await world.do(identity.cancel)

    problem(await api.get("/v1/api-keys"), 401, "not_authenticated")
    problem(await api.post("/v1/api-keys", json=TILL), 401, "not_authenticated")


async def test_a_key_expires(world: World) -> None:
    async with world.tx() as tx:
        soon = await tx.now() + timedelta(milliseconds=400)
    key = await world.do(
        lambda tx: identity.create_api_key(
            tx, world.operator, name="Brief", scopes=["*"], expires_at=soon
        )
    )
    async with calling(door_of(world.system), world, secret=key.secret) as program:
        assert (await program.get("/v1/tenant")).status_code == 200

        async def is_shut() -> bool:
            return (await program.get("/v1/tenant")).status_code == 401

        await eventually(is_shut)
        problem(await program.get("/v1/tenant"), 401, "not_authenticated")


async def test_no_tenant_sees_another(world: World, other: World, api: httpx.AsyncClient) -> None:
    key = (await other.key("*")).key

    problem(await api.get(f"/v1/api-keys/{key.id}"), 404, "api_key_not_found")
    problem(await api.delete(f"/v1/api-keys/{key.id}"), 404, "api_key_not_found")
    assert (await api.get("/v1/tenant")).json()["id"] == str(world.tenant_id)
