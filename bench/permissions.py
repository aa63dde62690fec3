"""What a permission check costs once the actor is known: at most a microsecond."""

import statistics
import timeit
from uuid import uuid4

from guilder.identity.roles import DEVELOPED
from guilder.kernel import Actor, ActorKind, TenantId

ROUNDS = 9
CALLS = 200_000
MOST_MICROSECONDS = 1.0

ACTORS = {
    "owner": frozenset({"*"}),
    "admin": frozenset({"*:read", "*:write"}),
    "developer": frozenset({"*:read", *DEVELOPED}),
    "viewer": frozenset({"*:read"}),
    "a hundred scopes": frozenset(f"resource_{number}:write" for number in range(100)),
}
ASKED = ("payments:read", "payments:write", "tenant:own")


def main() -> None:
    """Check each permission for each actor, and show the slowest."""
    slowest = 0.0
    for name, scopes in ACTORS.items():
        actor = Actor(kind=ActorKind.USER, tenant_id=TenantId(uuid4()), scopes=scopes)
        for permission in ASKED:
            seconds = timeit.repeat(
                "allows(permission)",
                globals={"allows": actor.allows, "permission": permission},
                repeat=ROUNDS,
                number=CALLS,
            )
            cost = statistics.median(seconds) / CALLS * 1e6
            slowest = max(slowest, cost)
            print(f"{name:18} {permission:16} {actor.allows(permission)!s:6} {cost:6.3f} µs")
    verdict = "kept" if slowest <= MOST_MICROSECONDS else "MISSED"
    print(f"slowest {slowest:.3f} µs, aim {MOST_MICROSECONDS} µs: {verdict}")
