"""The operator: whoever has a shell on the machine, and so may do anything."""

from guilder.kernel import Actor, ActorKind, TenantId


def operator(tenant_id: TenantId) -> Actor:
    """The operator, acting within a tenant."""
    return Actor(kind=ActorKind.OPERATOR, tenant_id=tenant_id, scopes=frozenset({"*"}))
