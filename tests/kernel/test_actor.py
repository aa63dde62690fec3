"""A scope is a permission, all actions on a resource, or everything."""

from uuid import uuid4

import pytest

from guilder.kernel import Actor, ActorKind, TenantId


@pytest.mark.parametrize(
    ("scope", "permission", "allowed"),
    [
        ("*", "payments:write", True),
        ("payments:*", "payments:write", True),
        ("payments:write", "payments:write", True),
        ("payments:write", "payments:read", False),
        ("payments:*", "payments_secret:write", False),
        ("payment:*", "payments:write", False),
        ("payments", "payments:write", False),
        ("payments:*", "*", False),
        ("payments:write", "payments:*", False),
    ],
)
def test_what_a_scope_allows(scope: str, permission: str, allowed: bool) -> None:
    actor = Actor(kind=ActorKind.API_KEY, tenant_id=TenantId(uuid4()), scopes=frozenset({scope}))

    assert actor.allows(permission) is allowed
