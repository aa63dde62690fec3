"""A POST sent again under its key is done once and answered the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder import http
from guilder.db import Tx
from guilder.http import post
from guilder.identity import Tier
from guilder.kernel import Problem
from tests.http.documents import problem
from tests.http.doors import Gate, calling, door_of
from tests.world import World

if TYPE_CHECKING:
    Owner: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:
    Owner = asyncpg.Connection

TILL = {"name": "Till", "scopes": ["events:read"]}


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[Owner]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def make(
    api: httpx.AsyncClient, key: str, body: dict[str, Any] | None = None, path: str = "/v1/api-keys"
) -> httpx.Response:
    return await api.post(path, json=body or TILL, headers={"idempotency-key": key})


async def keys_of(api: httpx.AsyncClient) -> int:
    return len((await api.get("/v1/api-keys?limit=100")).json()["data"])


async def test_the_same_request_is_answered_the_same_and_done_once(api: httpx.AsyncClient) -> None:
    first = await make(api, "one")
    again = await make(api, "one")

    assert (first.status_code, "idempotency-replayed" in first.headers) == (201, False)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.content == first.content
    assert again.headers["request-id"] != first.headers["request-id"]
    assert await keys_of(api) == 2


async def test_without_a_key_each_request_is_done(api: httpx.AsyncClient) -> None:
    await api.post("/v1/api-keys", json=TILL)
    await api.post("/v1/api-keys", json=TILL)

    assert await keys_of(api) == 3


async def test_sixteen_at_once_have_one_effect(api: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(make(api, "one") for _ in range(16)))

    done = [answer for answer in answers if answer.status_code == 201]
    for early in (answer for answer in answers if answer.status_code != 201):
        problem(early, 409, "request_in_progress")
    assert len({answer.content for answer in done}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in done) == 1
    assert await keys_of(api) == 2


async def test_the_key_of_another_body_is_refused(api: httpx.AsyncClient) -> None:
    await make(api, "one")

    problem(await make(api, "one", TILL | {"name": "Other"}), 422, "idempotency_key_reused")
    assert await keys_of(api) == 2


async def test_a_refusal_is_recorded_like_any_answer(api: httpx.AsyncClient) -> None:
    refused = await make(api, "one", TILL | {"scopes": ["Not a scope"]})
    again = await make(api, "one", TILL | {"scopes": ["Not a scope"]})
    other = await make(api, "one")

    problem(refused, 422, "scope_not_known")
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["content-type"] == "application/problem+json"
    assert again.content == refused.content
    problem(other, 422, "idempotency_key_reused")


async def test_a_request_without_form_leaves_its_key_free(api: httpx.AsyncClient) -> None:
    problem(await make(api, "one", {"name": 1}), 422, "invalid_request")

    assert (await make(api, "one")).status_code == 201


async def test_a_refusal_that_may_pass_by_leaves_its_key_free(world: World) -> None:
    small = await World.found(world.system, tier=Tier.FREE)
    async with small.program("api_keys:read") as program:
        problem(await make(program, "one"), 403, "permission_missing")
        problem(await make(program, "one"), 403, "permission_missing")


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\x7fb", "a\tb"])
async def test_a_key_is_printable_and_not_too_long(api: httpx.AsyncClient, key: str) -> None:
    answer = await api.post(
        "/v1/api-keys", json=TILL, headers=[(b"idempotency-key", key.encode("latin-1"))]
    )

    problem(answer, 400, "idempotency_key_not_valid")


@pytest.mark.parametrize("key", ["x" * 255, "a b", '"quoted"', "a,b", "'; drop table --"])
async def test_any_other_key_is_a_key(api: httpx.AsyncClient, key: str) -> None:
    first = await make(api, key)

    assert (await make(api, key)).content == first.content


async def test_a_key_given_twice_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.post(
        "/v1/api-keys", json=TILL, headers=[("idempotency-key", "a"), ("idempotency-key", "b")]
    )

    problem(answer, 400, "malformed_request")


async def test_tenants_and_programs_have_their_own_keys(
    world: World, other: World, api: httpx.AsyncClient
) -> None:
    async with world.program("*") as colleague, other.program("*") as stranger:
        answers = [await make(program, "one") for program in (api, colleague, stranger)]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert len({answer.json()["id"] for answer in answers}) == 3


class WorkRefused(Problem, status=409):
    """The work was refused."""


class WorkTooSoon(Problem, status=429):
    """This work was asked for a moment ago."""

    retry_after: int = 7


def slow_post(gate: Gate, outcome: type[BaseException] | None = None) -> http.Endpoint:
    @post("/v1/tests/{name}/works", "tests:write")
    async def work(tx: Tx, name: str) -> str:
        """Wait until the test says so."""
        await tx.fetch("select 1")
        await gate.wait()
        if outcome:
            raise outcome
        return f"{name} {uuid4()}"

    return work


async def test_a_request_under_way_is_not_begun_again(world: World) -> None:
    gate = Gate()
    async with calling(door_of(world.system, slow_post(gate)), world) as program:
        path, headers = "/v1/tests/a/works", {"idempotency-key": "one"}
        first = asyncio.create_task(program.post(path, headers=headers))
        await gate.reached.wait()
        early = await program.post(path, headers=headers)
        gate.opened.set()
        done = await first
        later = await program.post(path, headers=headers)
        elsewhere = await program.post("/v1/tests/b/works", headers=headers)

    problem(early, 409, "request_in_progress")
    assert early.headers["retry-after"] == "1"
    assert (done.status_code, later.content) == (201, done.content)
    problem(elsewhere, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("outcome", "status", "code", "is_kept"),
    [
        (WorkRefused, 409, "work_refused", True),
        (WorkTooSoon, 429, "work_too_soon", False),
        (RuntimeError, 500, "internal_error", False),
        (TimeoutError, 500, "internal_error", False),
    ],
)
async def test_only_what_the_verb_decided_is_recorded(
    world: World, outcome: type[BaseException], status: int, code: str, *, is_kept: bool
) -> None:
    gate = Gate()
    gate.opened.set()
    async with calling(door_of(world.system, slow_post(gate, outcome)), world) as program:
        headers = {"idempotency-key": "one"}
        answer = await program.post("/v1/tests/a/works", headers=headers)
        again = await program.post("/v1/tests/a/works", headers=headers)

    problem(answer, status, code)
    assert ("idempotency-replayed" in again.headers) == is_kept


async def test_answers_are_sealed_at_rest(
    world: World, api: httpx.AsyncClient, owner: Owner
) -> None:
    made = await make(api, "one")

    async with owner.transaction():
        kept = await owner.fetchval(
            "select body from http.answer where tenant_id = $1", world.tenant_id
        )
    assert made.json()["secret"].encode() not in kept
    assert made.json()["id"].encode() not in kept


async def test_answers_are_forgotten_after_a_day(
    world: World, api: httpx.AsyncClient, owner: Owner
) -> None:
    old, young = await make(api, "old"), await make(api, "young")
    async with owner.transaction():
        await owner.execute(
            "update http.answer set created_at = now()"
            " - case key when 'old' then interval '24:00:01' else interval '23:59' end"
            " where tenant_id = $1",
            world.tenant_id,
        )

    await http.forget_answers(world.pool)

    assert (await make(api, "young")).content == young.content
    assert (await make(api, "old")).json()["id"] != old.json()["id"]
