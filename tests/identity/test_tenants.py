"""A tenant has one name for each transaction, and its own programs change its details."""

import asyncio
from typing import Any

import httpx
import pytest

from guilder import identity
from guilder.db import system_transaction, tenant_transaction
from guilder.events import newest_events
from guilder.identity import Tenant, TenantChanges, Tier
from guilder.kernel import Actor, ActorKind
from tests.http.documents import problem
from tests.world import World, eventually

DETAILS: dict[str, Any] = {
    "name": "Ada's Tulips",
    "description": "Bulbs, and what grows of them.",
    "billing_email": "bills@tulips.example",
    "settings": {
        "default_currency": "EUR",
        "stellar_network": "mainnet",
        "statement_descriptor": "ADAS TULIPS",
    },
    "metadata": {"region": "north", "since": 1637},
}


async def facts_of(world: World, kind: str, *, position: int) -> list[Any]:
    """The data of a tenant's facts of one kind, once its log has come to this position."""
    await world.relayed(position)
    async with world.tx() as tx:
        found = await newest_events(
            tx, tenant_id=world.tenant_id, type=kind, object_id=None, before=None, most=100
        )
    return [event.data for event in found]


async def founded(world: World, **wanted: Any) -> Tenant:
    async with system_transaction(world.pool) as tx:
        tenant_id = await identity.new_tenant_id(tx)
    founder = Actor(kind=ActorKind.OPERATOR, tenant_id=tenant_id)
    async with tenant_transaction(world.pool, tenant_id, founder) as tx:
        return await identity.create_tenant(tx, **wanted)


async def test_a_tenant_changes_everything_that_is_its_own(api: httpx.AsyncClient) -> None:
    before = (await api.get("/v1/tenant")).json()

    changed = await api.patch("/v1/tenant", json=DETAILS)

    assert changed.status_code == 200
    shown = (await api.get("/v1/tenant")).json()
    assert shown == changed.json()
    assert {name: shown[name] for name in DETAILS} == DETAILS
    kept = shown.keys() - DETAILS.keys() - {"updated_at"}
    assert {name: shown[name] for name in kept} == {name: before[name] for name in kept}
    assert shown["updated_at"] > before["updated_at"]


async def test_what_is_not_sent_stays_and_null_takes_away(api: httpx.AsyncClient) -> None:
    await api.patch("/v1/tenant", json=DETAILS)

    less = {"description": None, "settings": {"statement_descriptor": None}}
    shown = (await api.patch("/v1/tenant", json=less)).json()

    assert (shown["description"], shown["settings"]["statement_descriptor"]) == (None, None)
    assert shown["settings"]["default_currency"] == "EUR"
    assert (shown["name"], shown["metadata"]) == (DETAILS["name"], DETAILS["metadata"])


async def test_a_change_is_told_once_and_no_change_is_not(
    world: World, api: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await api.patch("/v1/tenant", json=DETAILS)
    await api.patch("/v1/tenant", json={})
    await world.key("*")

    (told,) = await facts_of(world, "tenant.updated", position=4)

    assert (told["id"], told["name"]) == (str(world.tenant_id), DETAILS["name"])
    assert told["default_currency"] == "EUR"


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": None}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"billing_email": "nobody"}, "/billing_email"),
        ({"metadata": None}, "/metadata"),
        ({"slug": None}, "/slug"),
        ({"slug": "x" * 64}, "/slug"),
        ({"domain": "x" * 255}, "/domain"),
        ({"subscription_tier": "enterprise"}, "/subscription_tier"),
        ({"owner_id": None}, "/owner_id"),
        ({"status": "active"}, "/status"),
        ({"settings": {"stellar_network": "moon"}}, "/settings/stellar_network"),
        ({"settings": {"statement_descriptor": "x" * 23}}, "/settings/statement_descriptor"),
        ({"settings": {"default_currency": "euro"}}, "/settings/default_currency"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_place(
    api: httpx.AsyncClient, sent: dict[str, Any], pointer: str
) -> None:
    refused = await api.patch("/v1/tenant", json=sent)

    document = problem(refused, 422, "invalid_request")
    assert [error["pointer"] for error in document["errors"]] == [pointer]


async def test_a_currency_that_nobody_issues_is_refused(api: httpx.AsyncClient) -> None:
    refused = await api.patch("/v1/tenant", json={"settings": {"default_currency": "ZZZ"}})

    assert problem(refused, 422, "currency_not_known")["currency"] == "ZZZ"


async def test_a_suspended_tenant_reads_itself_and_changes_nothing(
    world: World, api: httpx.AsyncClient
) -> None:
    await world.do(identity.suspend)

    refused = await api.patch("/v1/tenant", json={"name": "Another"})

    problem(refused, 403, "tenant_may_not_write")
    shown = (await api.get("/v1/tenant")).json()
    assert (shown["name"], shown["status"]) == (world.tenant.name, "suspended")


async def test_changing_the_tenant_is_a_permission_of_its_own(world: World) -> None:
    async with world.program("tenant:read") as reader:
        refused = await reader.patch("/v1/tenant", json={"name": "Another"})
    async with world.program("tenant:write") as writer:
        changed = await writer.patch("/v1/tenant", json={"name": "Another"})

    assert problem(refused, 403, "permission_missing")["needs"] == "tenant:write"
    assert changed.json()["name"] == "Another"


async def test_two_changes_at_once_both_stand(world: World) -> None:
    """Each writes every detail, so one that did not wait would write back what it had read."""
    first_has_changed, second_waits = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with world.tx() as tx:
            await identity.update_tenant(tx, TenantChanges(description="Bulbs"))
            first_has_changed.set()
            await second_waits.wait()

    async def second() -> None:
        await first_has_changed.wait()
        async with world.tx() as tx:
            (backend,) = await tx.fetch("select pg_backend_pid() as pid")
            changing = asyncio.create_task(
                identity.update_tenant(tx, TenantChanges(billing_email="a@b.example"))
            )
            await eventually(lambda: is_held_up(world, backend["pid"]))
            second_waits.set()
            await changing

    await asyncio.gather(first(), second())

    tenant = await world.do(identity.current_tenant)
    assert (tenant.description, tenant.billing_email) == ("Bulbs", "a@b.example")


async def is_held_up(world: World, pid: int) -> bool:
    """Whether a connection waits for a lock that another one holds."""
    async with world.tx() as tx:
        (row,) = await tx.fetch("select cardinality(pg_blocking_pids($1)) > 0 as is_held_up", pid)
    return bool(row["is_held_up"])


async def test_a_tenant_is_founded_in_its_own_transaction_and_told(world: World) -> None:
    tenant = await founded(world, name="  Tulip & Sons  ")
    shop = World(world.system, tenant)

    assert tenant.name == "Tulip & Sons"
    assert await shop.do(identity.current_tenant) == tenant
    (told,) = await facts_of(shop, "tenant.created", position=1)
    assert told["id"] == str(tenant.id)


async def test_a_name_that_is_taken_as_a_slug_gets_another(world: World) -> None:
    one, other = [await founded(world, name="Same Name") for _ in range(2)]

    assert other.slug == f"same-name-{other.id.hex[-12:]}"
    assert one.slug.startswith("same-name")
    with pytest.raises(identity.SlugTaken):
        await founded(world, name="A third", slug=one.slug)


async def test_a_tier_changes_what_is_allowed_from_the_next_request_on(
    world: World, api: httpx.AsyncClient
) -> None:
    before = await maximum_of(api, "members")

    for _ in range(2):
        await world.do(lambda tx: identity.change_tier(tx, Tier.FREE))
    await world.key("*")

    assert (before, await maximum_of(api, "members")) == (None, 5)
    (told,) = await facts_of(world, "tenant.updated", position=4)
    assert told["subscription_tier"] == "free"
    entries = (await api.get("/v1/audit", params={"action": "tenant.tier_changed"})).json()["data"]
    assert [(entry["actor"]["kind"], entry["before"], entry["after"]) for entry in entries] == [
        ("operator", {"subscription_tier": "enterprise"}, {"subscription_tier": "free"})
    ]


async def maximum_of(api: httpx.AsyncClient, name: str) -> int | None:
    quotas = (await api.get("/v1/quotas")).json()["data"]
    (found,) = [quota["maximum"] for quota in quotas if quota["name"] == name]
    return None if found is None else int(found)


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
async def test_a_name_can_be_read(world: World, name: str) -> None:
    with pytest.raises(identity.NameNotValid):
        await founded(world, name=name)
