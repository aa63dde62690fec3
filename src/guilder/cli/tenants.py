"""`tenants`: found tenants, and see which there are."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from cyclopts import App, Parameter

from guilder import identity
from guilder.db import Pool, Tx, system_transaction, transact
from guilder.identity import Tenant, Tier
from guilder.kernel import TenantId
from guilder.settings import read_settings

from .operator import found_tenant, operator
from .options import AsJson, Data
from .reach import with_pool
from .say import say, say_json, say_table

MOST: int = 1000
Id = Annotated[UUID, Parameter(help="The tenant's id, as the list shows it.")]

app = App(name="tenants", help="Found tenants, and see which there are.")


@app.command
def create(
    *,
    name: Annotated[str, Parameter(metavar="NAME", help="What people call it.")],
    slug: Annotated[
        str | None,
        Parameter(metavar="SLUG", help="Its name in addresses; made of the name where left out."),
    ] = None,
    tier: Annotated[Tier, Parameter(help="The operator's own tenants have no limits.")] = (
        Tier.ENTERPRISE
    ),
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Found a tenant."""
    tenant = with_pool(
        read_settings(data=data),
        lambda pool: found_tenant(pool, name=name, slug=slug, tier=tier),
    )
    _tell(tenant, json=json)


@app.command(name="list")
def list_(*, json: AsJson = False, data: Data = None) -> None:
    """List tenants, newest first."""

    async def work(pool: Pool) -> list[Tenant]:
        async with system_transaction(pool) as tx:
            return await identity.all_tenants(tx, most=MOST)

    tenants = with_pool(read_settings(data=data), work)
    if json:
        say_json(tenants)
    else:
        say_table(
            ["id", "name", "slug", "tier", "status"],
            [[one.id, one.name, one.slug, one.subscription_tier, one.status] for one in tenants],
        )


@app.command
def suspend(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """Let a tenant read and no longer write."""
    _change(TenantId(tenant), identity.suspend, json=json, data=data)


@app.command
def resume(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """Let a suspended tenant write again."""
    _change(TenantId(tenant), identity.resume, json=json, data=data)


@app.command
def cancel(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """End a tenant's use for good. Its rows stay."""
    _change(TenantId(tenant), identity.cancel, json=json, data=data)


def _change(
    tenant_id: TenantId, verb: Callable[[Tx], Awaitable[Tenant]], *, json: bool, data: Data
) -> None:
    tenant = with_pool(
        read_settings(data=data),
        lambda pool: transact(pool, tenant_id, verb, actor=operator(tenant_id)),
    )
    _tell(tenant, json=json)


def _tell(tenant: Tenant, *, json: bool) -> None:
    if json:
        say_json(tenant)
    else:
        say(f"{tenant.name} is {tenant.status}: {tenant.id}")
