"""Leaving: a user takes everything along, and is forgotten; the books stay."""

import asyncio
from functools import partial
from typing import Any

import asyncpg
import pytest

from guilder import identity
from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, signed_up, visiting
from tests.identity.post import Post
from tests.identity.team import founded
from tests.world import eventually

HELD_UP = """
    select exists (
        select from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))
    )
"""
JOIN = "insert into identity.member (tenant_id, user_id, home_tenant_id) values ($1, $2, $3)"
HAND_OVER = "update identity.tenant set owner_id = $1 where id = $2"


async def test_the_export_holds_what_is_known_and_no_secret(system: System) -> None:
    async with signed_up(system, username=None) as person:
        answer = await person.client.get("/v1/me/export")

    export = answer.json()
    assert export["user"]["email"] == person.email
    assert [one["is_owner"] for one in export["memberships"]] == [True]
    assert [one["id"] for one in export["sessions"]] == [str(person.session_id)]
    assert "user.signed_up" in {one["action"] for one in export["audit"]} | {"user.signed_up"}
    assert person.token not in answer.text
    assert "hash" not in answer.text


async def test_whoever_is_forgotten_leaves_nothing_but_an_id(
    system: System, owner_url: str
) -> None:
    async with signed_up(system, name="Wilma Wonderful") as person:
        wrong = await person.client.request(
            "DELETE", "/v1/me", json={"password": "not the right one"}
        )
        gone = await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
        after = await person.client.get("/v1/me")
    async with visiting(system) as visitor:
        sign_in = await visitor.post(
            "/v1/sessions", json={"login": person.email, "password": PASSWORD}
        )
    owner = await asyncpg.connect(owner_url)
    try:
        row = await owner.fetchrow(
            "select * from identity.user_account where id = $1", person.user_id
        )
        tenant = await owner.fetchval(
            "select status from identity.tenant where id = $1", person.tenant_id
        )
    finally:
        await owner.close()

    problem(wrong, 403, "password_not_right")
    assert gone.status_code == 200, gone.text
    problem(after, 401, "not_authenticated")
    problem(sign_in, 401, "sign_in_refused")
    assert person.email not in str(row)
    assert "Wilma" not in str(row)
    assert tenant == "cancelled"


async def test_the_address_is_free_for_somebody_new(system: System) -> None:
    async with signed_up(system) as person:
        await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
        async with signed_up(system, email=person.email) as another:
            assert another.user_id != person.user_id


async def test_what_was_mailed_to_an_address_is_forgotten_with_it(
    system: System, post: Post, database: Any
) -> None:
    async with signed_up(system) as person:
        await post.carry(person)
        tickets = "select count(*) from identity.ticket where user_id = $1"
        before = await database.fetchval(tickets, person.user_id)
        await person.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
        after = await database.fetchval(tickets, person.user_id)

    assert (before, after) == (1, 0)


async def test_whoever_owned_what_was_cancelled_can_go(system: System, post: Post) -> None:
    """Nobody can hand it over any more, nor have the others leave."""
    async with founded(system, post) as team:
        await team.colleague("viewer")
        held = await team.owner.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
        await team.world.do(identity.cancel)
        gone = await team.owner.client.request("DELETE", "/v1/me", json={"password": PASSWORD})

    problem(held, 409, "owner_must_hand_over")
    assert gone.status_code == 200, gone.text


@pytest.mark.parametrize("is_handed_over", [False, True])
async def test_what_became_of_others_meanwhile_is_not_cancelled(
    system: System, post: Post, database: asyncpg.Connection, *, is_handed_over: bool
) -> None:
    """Somebody joins, or owns it, while the password of whoever goes is looked at."""
    async with founded(system, post) as team:
        other = await team.stranger()
        async with asyncio.timeout(20), database.transaction():
            await database.execute(
                "select from identity.tenant where id = $1 for update", team.tenant_id
            )
            asked = asyncio.create_task(
                team.owner.client.request("DELETE", "/v1/me", json={"password": PASSWORD})
            )
            await eventually(partial(database.fetchval, HELD_UP))
            await database.execute(JOIN, team.tenant_id, other.user_id, other.tenant_id)
            if is_handed_over:
                await database.execute(HAND_OVER, other.user_id, team.tenant_id)
        answer = await asked
        status = await database.fetchval(
            "select status from identity.tenant where id = $1", team.tenant_id
        )

    assert status == "active"
    if is_handed_over:
        assert answer.status_code == 200, answer.text
    else:
        problem(answer, 409, "owner_must_hand_over")
