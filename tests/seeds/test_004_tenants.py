"""Seed 004, one test per attribute and rule: tenants, and how they are kept apart, in its words."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from guilder import identity
from guilder.app import System
from guilder.db import Pool, system_transaction
from guilder.identity import Tier
from guilder.kernel import Problem, TenantId
from tests.http.documents import problem
from tests.identity.people import PASSWORD, visiting
from tests.identity.team import Team
from tests.schema import tenant_tables
from tests.seeds.columns import OBJECT, OPTIONAL_TEXT, TEXT, TIMESTAMP, columns_of
from tests.seeds.columns import UUID as UUID_COLUMN
from tests.world import World

TIMES = {"created_at": TIMESTAMP, "updated_at": TIMESTAMP}
BODY = {"name": "Bulb"}


async def changed(client: httpx.AsyncClient, **sent: Any) -> dict[str, Any]:
    answer = await client.patch("/v1/tenant", json=sent)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def refused_by_the_database(
    database: asyncpg.Connection, world: World, change: str, *values: Any
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await database.execute(
            f"update identity.tenant set {change} where id = $1", world.tenant_id, *values
        )


async def test_tenant_has_the_attributes_of_the_model(
    api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    wanted = {
        "id": UUID_COLUMN,
        "name": TEXT,
        "slug": TEXT,
        "domain": OPTIONAL_TEXT,
        "subscription_tier": TEXT,
        "status": TEXT,
        "billing_email": OPTIONAL_TEXT,
        "metadata": OBJECT,
        **TIMES,
    }

    assert await columns_of(database, "identity.tenant", named=wanted) == wanted
    shown = (await api.get("/v1/tenant")).json()
    assert shown.keys() >= wanted.keys()
    assert UUID(shown["id"]).version == 7


async def test_tenant_name_is_the_organization_name(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    assert (await changed(api, name="Tulip & Sons"))["name"] == "Tulip & Sons"
    await refused_by_the_database(database, world, "name = $2", "  ")


async def test_tenant_slug_is_a_url_friendly_identifier(
    world: World, api: httpx.AsyncClient, other: World, database: asyncpg.Connection
) -> None:
    slug = f"tulips-{uuid4().hex[:12]}"

    assert (await changed(api, slug=slug))["slug"] == slug
    for wrong in ("two words", "Tulips", "a/b", "t\u00fclips", "-"):
        refused = await api.patch("/v1/tenant", json={"slug": wrong})
        problem(refused, 422, "slug_not_valid")
        await refused_by_the_database(database, world, "slug = $2", wrong)
    taken = await api.patch("/v1/tenant", json={"slug": other.tenant.slug})
    problem(taken, 409, "slug_taken")
    await refused_by_the_database(database, world, "slug = $2", other.tenant.slug)


async def test_tenant_domain_is_an_optional_custom_domain(
    api: httpx.AsyncClient, other: World, database: asyncpg.Connection
) -> None:
    domain = f"{uuid4().hex}.example"
    assert (await api.get("/v1/tenant")).json()["domain"] is None

    assert (await changed(api, domain=domain.upper()))["domain"] == domain
    async with other.program("tenant:write") as stranger:
        taken = await stranger.patch("/v1/tenant", json={"domain": domain})
    assert (await changed(api, domain=None))["domain"] is None

    problem(taken, 409, "domain_taken")
    await changed(api, domain=domain)
    await refused_by_the_database(database, other, "domain = $2", domain)


@pytest.mark.parametrize("tier", ["free", "pro", "enterprise"])
async def test_tenant_subscription_tier_is_free_pro_or_enterprise(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection, tier: str
) -> None:
    """The operator says which, and no tenant by itself."""
    await world.do(lambda tx: identity.change_tier(tx, Tier(tier)))

    assert (await api.get("/v1/tenant")).json()["subscription_tier"] == tier
    refused = await api.patch("/v1/tenant", json={"subscription_tier": "enterprise"})
    problem(refused, 422, "invalid_request")
    await refused_by_the_database(database, world, "subscription_tier = 'golden'")


@pytest.mark.parametrize(
    ("status", "reads", "writes"),
    [("active", 200, 201), ("suspended", 200, 403), ("cancelled", 401, 401)],
)
async def test_tenant_status_is_active_suspended_or_cancelled(
    team: Team, database: asyncpg.Connection, status: str, reads: int, writes: int
) -> None:
    if status == "suspended":
        await team.world.do(identity.suspend)
    if status == "cancelled":
        body = {"password": PASSWORD}
        ended = await team.owner.client.post("/v1/tenant/cancellations", json=body)
        assert ended.status_code == 201, ended.text

    answers = [
        await team.owner.client.get("/v1/products"),
        await team.owner.client.post("/v1/products", json=BODY),
    ]

    assert [answer.status_code for answer in answers] == [reads, writes]
    known = (await team.owner.client.get("/v1/me/tenants")).json()["data"]
    assert [one["status"] for one in known] == [status]
    await refused_by_the_database(database, team.world, "status = 'sleeping'")


async def test_tenant_billing_email_is_an_optional_billing_contact(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    assert (await api.get("/v1/tenant")).json()["billing_email"] is None

    shown = await changed(api, billing_email="billing@tulips.example")

    assert shown["billing_email"] == "billing@tulips.example"
    assert (await changed(api, billing_email=None))["billing_email"] is None
    await refused_by_the_database(database, world, "billing_email = 'nobody'")


async def test_tenant_metadata_is_flexible_configuration(api: httpx.AsyncClient) -> None:
    flexible = {"any": {"depth": [1, None, True]}}

    assert (await changed(api, metadata=flexible))["metadata"] == flexible


async def test_tenant_created_at_and_updated_at(api: httpx.AsyncClient) -> None:
    before = (await api.get("/v1/tenant")).json()

    after = await changed(api, name="Another")

    assert after["created_at"] == before["created_at"]
    assert datetime.fromisoformat(after["updated_at"]) > datetime.fromisoformat(
        before["updated_at"]
    )


async def test_quotas_enforced_per_tenant(system: System) -> None:
    """Each by what its own tier allows, and by what it holds itself."""
    full, empty = [await World.found(system, tier=Tier.FREE) for _ in range(2)]
    async with full.program("products:write") as program:
        made = [(await program.post("/v1/products", json=BODY)).status_code for _ in range(100)]
        beyond = await program.post("/v1/products", json=BODY)
    async with empty.program("products:write", "quotas:read") as program:
        other = await program.post("/v1/products", json=BODY)
        used = (await program.get("/v1/quotas")).json()["data"]

    assert set(made) == {201}
    told = problem(beyond, 403, "quota_exceeded")
    assert (told["quota"], told["limit"], told["tier"]) == ("products", 100, "free")
    assert other.status_code == 201
    assert [one["used"] for one in used if one["name"] == "products"] == [1]


async def test_settings_scoped_to_tenant(api: httpx.AsyncClient, other: World) -> None:
    mine = {
        "default_currency": "EUR",
        "stellar_network": "mainnet",
        "statement_descriptor": "TULIPS",
    }
    async with other.program("tenant:read") as stranger:
        before = (await stranger.get("/v1/tenant")).json()

        assert (await changed(api, settings=mine))["settings"] == mine

        assert (await stranger.get("/v1/tenant")).json() == before


async def test_tenant_has_users(team: Team) -> None:
    wilma = await team.colleague("viewer")

    assert set(await team.members()) == {str(team.owner.user_id), str(wilma.user_id)}


async def test_each_tenant_is_completely_isolated(
    api: httpx.AsyncClient, other: World, team: Team
) -> None:
    """Of what one has, another sees nothing in any list, and nothing by its id."""
    await api.post("/v1/products", json=BODY)
    await api.post("/v1/roles", json={"name": "Books", "permissions": ["ledger:read"]})
    lists = ("/v1/products", "/v1/roles", "/v1/api-keys", "/v1/audit")
    mine = {path: (await api.get(path)).json()["data"] for path in lists}
    ours = {"/v1/members": (await team.owner.client.get("/v1/members")).json()["data"]}

    async with other.program("*") as stranger:
        for path, found in (mine | ours).items():
            theirs = (await stranger.get(path)).json()["data"]
            ids = {one["id"] for one in found}
            assert ids
            assert ids.isdisjoint(one["id"] for one in theirs)
            for each in ids if path != "/v1/audit" else ():
                assert (await stranger.get(f"{path}/{each}")).status_code == 404


async def test_tenant_context_required_for_all_operations(system: System) -> None:
    """Without a token there is no tenant, and nothing that asks for a permission is done."""
    async with visiting(system) as visitor:
        for endpoint in system.endpoints:
            if endpoint.permission is not None:
                path = endpoint.path.replace("{name}", "stripe")
                for name in endpoint.path_types:
                    path = path.replace(f"{{{name}}}", str(uuid4()))
                answer = await visitor.request(endpoint.method, path, json={})
                assert answer.status_code == 401, (endpoint.method, path, answer.text)


@pytest.mark.parametrize("table", tenant_tables())
async def test_row_level_security_rls_enforced(database: asyncpg.Connection, table: str) -> None:
    """On every table that the application has any right on. The queue it enters by functions."""
    enforced, enters = await database.fetchrow(
        "select relrowsecurity and relforcerowsecurity,"
        " has_any_column_privilege('guilder_app', oid, 'select, insert, update')"
        " or has_table_privilege('guilder_app', oid, 'delete, truncate')"
        " from pg_class where oid = $1::text::regclass",
        table,
    )

    assert enforced or not enters
    assert enforced or table == "jobs.job"


@pytest.mark.parametrize(("table", "column"), tenant_tables().items())
async def test_every_query_includes_tenant_id_filter(world: World, table: str, column: str) -> None:
    """Also one that was written without it: the database puts it there."""
    async with world.tx() as tx:
        if not await may_read(world.pool, table):
            return
        plan = "\n".join(row[0] for row in await tx.fetch(f"explain select from {table}"))

    assert f"({column} = " in plan or f".{column} = " in plan, plan


@pytest.mark.parametrize("table", tenant_tables())
async def test_without_a_tenant_the_database_answers_nothing(system: System, table: str) -> None:
    if not await may_read(system.pool, table):
        return
    with pytest.raises((asyncpg.PostgresError, Problem)):
        async with system_transaction(system.pool) as tx:
            await tx.fetch(f"select from {table}")


async def may_read(pool: Pool, table: str) -> bool:
    """Whether the application reads a table at all; some it reaches by functions only."""
    async with system_transaction(pool) as tx:
        (row,) = await tx.fetch("select has_table_privilege($1::text, 'select') as may", table)
    return bool(row["may"])


async def test_a_tenant_that_is_named_and_not_one_s_own_is_refused(
    team: Team, other: World
) -> None:
    for named in (str(other.tenant_id), str(TenantId(uuid4())), "nobody"):
        answer = await team.owner.client.get("/v1/tenant", headers={"guilder-tenant": named})
        problem(answer, 403, "not_a_member")
