"""A slug and a domain lead to one tenant, and to no other."""

from functools import partial
from uuid import uuid4

import asyncpg
import httpx
import pytest

from guilder import identity
from guilder.identity import Tenant, TenantChanges
from guilder.identity.place import slug_from
from tests.http.documents import problem
from tests.race import race
from tests.world import World

REFUSED = """
    update identity.tenant set slug = coalesce($2, slug), domain = coalesce($3, domain)
    where id = $1
"""


async def change(api: httpx.AsyncClient, **sent: str | None) -> httpx.Response:
    return await api.patch("/v1/tenant", json=sent)


async def test_a_tenant_takes_another_slug_and_domain_and_leaves_those_of_before(
    world: World, api: httpx.AsyncClient, other: World
) -> None:
    mark = uuid4().hex[:12]
    await change(api, domain=f"{mark}.example")

    moved = (await change(api, slug=f"new-{mark}", domain=f"Shop.{mark}.Example.")).json()

    assert (moved["slug"], moved["domain"]) == (f"new-{mark}", f"shop.{mark}.example")
    async with other.program("tenant:write") as stranger:
        theirs = (await change(stranger, slug=world.tenant.slug, domain=f"{mark}.example")).json()
    assert (theirs["slug"], theirs["domain"]) == (world.tenant.slug, f"{mark}.example")
    assert (await change(api, domain=None)).json()["domain"] is None
    listed = (await api.get("/v1/audit", params={"action": "tenant.updated"})).json()["data"]
    assert listed[1]["before"] == {"slug": world.tenant.slug, "domain": f"{mark}.example"}
    assert listed[1]["after"] == {"slug": f"new-{mark}", "domain": f"shop.{mark}.example"}


async def test_what_leads_to_another_tenant_is_not_taken(
    api: httpx.AsyncClient, other: World
) -> None:
    domain = f"{uuid4().hex}.example"
    async with other.program("tenant:write") as stranger:
        await change(stranger, domain=domain)

    slug_taken = await change(api, slug=other.tenant.slug, description="Mine.")
    domain_taken = await change(api, domain=domain.upper(), description="Mine.")

    assert problem(slug_taken, 409, "slug_taken")["slug"] == other.tenant.slug
    assert problem(domain_taken, 409, "domain_taken")["domain"] == domain
    assert (await api.get("/v1/tenant")).json()["description"] is None


@pytest.mark.parametrize(
    "slug",
    [
        "-",
        "-tulips",
        "tulips-",
        "two--hyphens",
        "Tulips",
        "tulips.example",
        "t\u00fclips",
        "tulips\n",
        "a/b",
        "01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10",
        "01927c4e8d2b7c3f9a513b6f0a5d2e10",
        "0-1927c4e8d2b7c3f9a513b6f0a5d2e10",
    ],
)
async def test_what_is_no_slug_is_refused_by_both(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection, slug: str
) -> None:
    """An id least of all: whoever names that tenant by its id would come to this one."""
    problem(await change(api, slug=slug), 422, "slug_not_valid")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(REFUSED, world.tenant_id, slug, None)


@pytest.mark.parametrize(
    "domain",
    [
        "localhost",
        "192.0.2.1",
        "https://tulips.example",
        "tulips.example:8080",
        "tulips.example/shop",
        "tulips..example",
        ".tulips.example",
        "tulips.example..",
        "tu_lips.example",
        "-tulips.example",
        "tulips-.example",
        "t\u00fclips.example",
        "tulips.example\n",
        f"{'x' * 64}.example",
        f"{'x.' * 123}examples",
        "tulips.e",
    ],
)
async def test_what_is_no_domain_is_refused_by_both(
    world: World, api: httpx.AsyncClient, database: asyncpg.Connection, domain: str
) -> None:
    problem(await change(api, domain=domain), 422, "domain_not_valid")
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute(REFUSED, world.tenant_id, None, domain)


async def test_a_domain_is_as_long_as_one_can_be(api: httpx.AsyncClient) -> None:
    label = uuid4().hex
    longest = f"{label}.{'x' * 63}.{'x' * 63}.{'x' * 63}.{'x' * 28}"

    assert len(longest) == 253
    assert (await change(api, domain=f"{longest}.")).json()["domain"] == longest


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Ada's Tulips & Sons", "adas-tulips-sons"),
        ("\u00dcber \u00c5ngstr\u00f6m", "uber-angstrom"),
        ("\u682a\u5f0f\u4f1a\u793e", "tenant"),
        ("x" * 100, "x" * 63),
        (
            "01927c4e 8d2b 7c3f 9a51 3b6f0a5d2e10",
            "tenant-01927c4e-8d2b-7c3f-9a51-3b6f0a5d2e10",
        ),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slug_from(name) == slug


@pytest.mark.parametrize("what", ["slug", "domain"])
async def test_of_two_who_take_it_at_once_one_has_it(world: World, other: World, what: str) -> None:
    mark = f"shop-{uuid4().hex}"
    wanted = mark if what == "slug" else f"{mark}.example"
    take = partial(identity.update_tenant, changes=TenantChanges(**{what: wanted}))

    outcomes = await race(world, take, take, elsewhere=other)

    assert [type(one) for one in outcomes] == [
        Tenant,
        identity.SlugTaken if what == "slug" else identity.DomainTaken,
    ]
