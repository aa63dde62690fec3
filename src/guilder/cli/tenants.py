"""`tenants`: found tenants, change them, and see which there are.

What acts on them is loaded when a command runs, so that its help does not wait for it.
"""

from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from cyclopts import App, Parameter

from guilder.kernel import TenantId
from guilder.settings import read_settings

from .options import AsJson, Data
from .say import say, say_json, say_table

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from guilder.db import Pool, Tx
    from guilder.identity import Tenant

    Verb = Callable[[Tx], Awaitable[Tenant]]

MOST: int = 1000
Id = Annotated[UUID, Parameter(help="The tenant's id, as the list shows it.")]
TierName = Literal["free", "pro", "enterprise"]

app = App(name="tenants", help="Found tenants, change them, and see which there are.")


@app.command
def create(
    *,
    name: Annotated[str, Parameter(metavar="NAME", help="What people call it.")],
    slug: Annotated[
        str | None,
        Parameter(metavar="SLUG", help="Its name in addresses; made of the name where left out."),
    ] = None,
    tier: Annotated[TierName, Parameter(help="The operator's own tenants have no limits.")] = (
        "enterprise"
    ),
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Found a tenant."""
    from guilder.identity import Tier  # noqa: PLC0415

    from .operator import found_tenant  # noqa: PLC0415
    from .reach import with_pool  # noqa: PLC0415

    tenant = with_pool(
        read_settings(data=data),
        lambda pool: found_tenant(pool, name=name, slug=slug, tier=Tier(tier)),
    )
    _tell(tenant, json=json)


@app.command(name="list")
def list_(*, json: AsJson = False, data: Data = None) -> None:
    """List tenants, newest first."""
    from guilder import identity  # noqa: PLC0415
    from guilder.db import system_transaction  # noqa: PLC0415

    from .reach import with_pool  # noqa: PLC0415

    async def work(pool: "Pool") -> "list[Tenant]":
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
def change(
    tenant: Id,
    /,
    *,
    tier: Annotated[TierName, Parameter(help="What it subscribes to; quotas follow at once.")],
    json: AsJson = False,
    data: Data = None,
) -> None:
    """Have a tenant subscribe to another tier."""
    from guilder import identity  # noqa: PLC0415

    _change(
        TenantId(tenant),
        lambda tx: identity.change_tier(tx, identity.Tier(tier)),
        json=json,
        data=data,
    )


@app.command
def suspend(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """Let a tenant read and no longer write."""
    from guilder import identity  # noqa: PLC0415

    _change(TenantId(tenant), identity.suspend, json=json, data=data)


@app.command
def resume(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """Let a suspended tenant write again."""
    from guilder import identity  # noqa: PLC0415

    _change(TenantId(tenant), identity.resume, json=json, data=data)


@app.command
def cancel(tenant: Id, /, *, json: AsJson = False, data: Data = None) -> None:
    """End a tenant's use for good. Its rows stay."""
    from guilder import identity  # noqa: PLC0415

    _change(TenantId(tenant), identity.cancel, json=json, data=data)


def _change(tenant_id: TenantId, verb: "Verb", *, json: bool, data: Data) -> None:
    from guilder.db import transact  # noqa: PLC0415

    from .operator import operator  # noqa: PLC0415
    from .reach import with_pool  # noqa: PLC0415

    tenant = with_pool(
        read_settings(data=data),
        lambda pool: transact(pool, tenant_id, verb, actor=operator(tenant_id)),
    )
    _tell(tenant, json=json)


def _tell(tenant: "Tenant", *, json: bool) -> None:
    if json:
        say_json(tenant)
    else:
        say(f"{tenant.name} is {tenant.status}: {tenant.id}")
