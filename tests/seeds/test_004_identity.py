"""Seed 004, one test per attribute and rule: what it says of users, in its own words.

Tenants stand in `test_004_tenants.py`, roles and permissions in `test_004_access.py`.
"""

import asyncpg
import httpx
import pytest

from guilder.app import System
from guilder.identity.metrics import CountActivity, count_activity
from tests.http.documents import problem
from tests.identity.people import PASSWORD, Person, signed_up, somebody
from tests.identity.post import Post
from tests.identity.team import Team
from tests.seeds.columns import OPTIONAL_TEXT, TIMESTAMP, columns_of
from tests.seeds.columns import UUID as UUID_COLUMN

TIMES = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}
BODY = {"name": "Bulb"}


async def test_user_has_the_attributes_of_the_model(
    person: Person, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "tenant_id": UUID_COLUMN,
        "email": OPTIONAL_TEXT,
        "password_hash": OPTIONAL_TEXT,
        "name": OPTIONAL_TEXT,
        "email_verified_at": ("timestamp with time zone", False),
        "stripe_customer_id": OPTIONAL_TEXT,
        "stripe_subscription_id": OPTIONAL_TEXT,
        **TIMES,
    }

    assert await columns_of(database, "identity.user_account", named=wanted) == wanted
    shown = (await person.client.get("/v1/me")).json()
    hidden = {"password_hash", "email_verified_at"}
    assert shown.keys() >= (wanted.keys() - hidden) | {"email_verified"}


async def test_user_password_hash_is_a_bcrypt_hash(
    person: Person, database: asyncpg.Connection
) -> None:
    kept = await database.fetchval(
        "select password_hash from identity.user_account where id = $1", person.user_id
    )

    assert kept.startswith("$2b$")
    for wrong in (PASSWORD, "5f4dcc3b5aa765d61d8327deb882cf99"):
        with pytest.raises(asyncpg.CheckViolationError):
            await database.execute(
                "update identity.user_account set password_hash = $2 where id = $1",
                person.user_id,
                wrong,
            )


async def test_user_name_is_the_display_name(person: Person) -> None:
    shown = (await person.client.patch("/v1/me", json={"name": "Wilma Vos"})).json()

    assert shown["name"] == "Wilma Vos"
    assert (await person.client.get("/v1/members")).json()["data"][0]["name"] == "Wilma Vos"


async def test_user_email_verified_is_the_email_verification_status(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    before = (await person.client.get("/v1/me")).json()["email_verified"]

    token = await post.token(person, kind="verify_email")
    await visitor.post("/v1/email-verifications/confirmations", json={"token": token})

    assert before is False
    assert (await person.client.get("/v1/me")).json()["email_verified"] is True


async def test_user_stripe_customer_id_and_stripe_subscription_id_stripe_integration_for_billing(
    person: Person,
) -> None:
    stripe = {"stripe_customer_id": "cus_NffrFeUfNV2Hib", "stripe_subscription_id": "sub_1MowQVLk"}
    before = (await person.client.get("/v1/me")).json()

    said = await person.client.patch(f"/v1/users/{person.user_id}/billing", json=stripe)

    assert [before[name] for name in stripe] == [None, None]
    assert said.status_code == 200
    after = (await person.client.get("/v1/me")).json()
    assert {name: after[name] for name in stripe} == stripe


async def test_users_belong_to_exactly_one_tenant(team: Team, database: asyncpg.Connection) -> None:
    """At home in one for good, and a member of as many as have invited them."""
    wilma = await team.colleague("admin")

    homes = [
        (await client.get("/v1/me")).json()["tenant_id"]
        for client in (wilma.client, wilma.person.client)
    ]
    belongs = (await wilma.person.client.get("/v1/me/tenants")).json()["data"]

    assert homes == [str(wilma.person.tenant_id)] * 2
    assert {one["tenant_id"] for one in belongs} == {homes[0], str(team.tenant_id)}
    for another in (team.tenant_id, None):
        with pytest.raises(asyncpg.PostgresError):
            await database.execute(
                "update identity.user_account set tenant_id = $2 where id = $1",
                wilma.user_id,
                another,
            )


async def test_email_must_be_unique_across_system(
    system: System, person: Person, visitor: httpx.AsyncClient, team: Team
) -> None:
    """Not within a tenant only: neither who founds one nor who is invited has it twice."""
    founded = await visitor.post("/v1/users", json=somebody(email=person.email.upper()))
    _, token = await team.invited(person.email.upper())
    joined = await visitor.post(
        "/v1/invitations/acceptances",
        json={"token": token, "name": "Wilma", "password": PASSWORD},
    )

    problem(founded, 409, "email_in_use")
    problem(joined, 409, "sign_in_first")
    async with signed_up(system) as another:
        assert another.tenant_id != person.tenant_id


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 73, "password_too_long"),
        ("password1234", "password_too_common"),
        ("{email}", "password_is_the_email"),
    ],
)
async def test_password_requirements_enforced(
    person: Person, visitor: httpx.AsyncClient, password: str, code: str
) -> None:
    new = somebody()
    signs_up = await visitor.post(
        "/v1/users", json=new | {"password": password.format(email=new["email"])}
    )
    changes = await person.client.post(
        "/v1/me/password",
        json={
            "current_password": PASSWORD,
            "new_password": password.format(email=person.email),
        },
    )

    problem(signs_up, 422, code)
    problem(changes, 422, code)


async def test_email_verification_required_for_some_operations(
    person: Person, post: Post, visitor: httpx.AsyncClient
) -> None:
    roles = (await person.client.get("/v1/roles")).json()["data"]
    viewer = next(role["id"] for role in roles if role["built_in"] == "viewer")
    operations = [
        ("/v1/api-keys", {"name": "Till", "scopes": ["orders:read"]}),
        ("/v1/invitations", {"email": somebody()["email"], "role_ids": [viewer]}),
    ]
    before = [await person.client.post(path, json=body) for path, body in operations]
    free = await person.client.post("/v1/products", json=BODY)

    token = await post.token(person, kind="verify_email")
    await visitor.post("/v1/email-verifications/confirmations", json={"token": token})

    needed = [problem(answer, 403, "email_not_verified")["needed_for"] for answer in before]
    assert needed == ["api_keys.create_live", "members.invite"]
    assert free.status_code == 201
    after = [await person.client.post(path, json=body) for path, body in operations]
    assert [answer.status_code for answer in after] == [201, 201]


async def test_user_email_preferences_one_to_one(
    person: Person, database: asyncpg.Connection
) -> None:
    await person.client.patch("/v1/me/email-preferences", json={"marketing": True})
    shown = (await person.client.patch("/v1/me/email-preferences", json={})).json()

    assert shown["marketing"] is True
    with pytest.raises(asyncpg.UniqueViolationError):
        await database.execute(
            "insert into identity.email_preferences (tenant_id, user_id) values ($1, $2)",
            person.tenant_id,
            person.user_id,
        )


async def test_user_user_metrics_one_to_many(
    system: System, person: Person, database: asyncpg.Connection
) -> None:
    await database.execute(
        "insert into identity.user_metric (tenant_id, user_id, day, sign_ins, last_seen_at)"
        " values ($1, $2, (now() at time zone 'utc')::date - 1, 7, now() - interval '1 day')",
        person.tenant_id,
        person.user_id,
    )
    await person.client.get("/v1/tenant")
    await system.gate.write_notes(system.pool)
    await count_activity(system.pool, None, CountActivity())

    days = (await person.client.get(f"/v1/users/{person.user_id}/metrics")).json()["data"]

    assert [day["sign_ins"] for day in days] == [1, 7]
