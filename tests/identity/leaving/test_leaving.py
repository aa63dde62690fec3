"""Leaving: a user takes everything along, and is forgotten; the books stay."""

import asyncpg

from guilder.app import System
from tests.http.documents import problem
from tests.identity.people import PASSWORD, signed_up, visiting


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
