"""The operator: whoever has a shell on the machine, and so may do anything."""

from guilder import identity
from guilder.db import Pool, system_transaction, tenant_transaction
from guilder.identity import Tenant, Tier
from guilder.kernel import Actor, ActorKind, TenantId


def operator(tenant_id: TenantId) -> Actor:
    """The operator, acting within a tenant."""
    return Actor(kind=ActorKind.OPERATOR, tenant_id=tenant_id, scopes=frozenset({"*"}))


async def found_tenant(pool: Pool, *, name: str, slug: str | None = None, tier: Tier) -> Tenant:
    """Found a tenant. It needs an id before a transaction can be its own."""
    async with system_transaction(pool) as tx:
        tenant_id = await identity.new_tenant_id(tx)
    async with tenant_transaction(pool, tenant_id, operator(tenant_id)) as tx:
        return await identity.create_tenant(tx, name=name, slug=slug, tier=tier)
