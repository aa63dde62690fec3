"""Who acts, and what they may do."""

from enum import StrEnum, auto
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from .ids import TenantId


class ActorKind(StrEnum):
    """What sort of being acts."""

    API_KEY = auto()
    USER = auto()
    JOB = auto()
    OPERATOR = auto()
    VISITOR = auto()


class CallLimit(NamedTuple):
    """So many calls in a minute, as the tenant's tier allows them."""

    calls: int
    tier: str


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody or something that acts within one tenant.

    A user acts with a session, which was begun in the home tenant, wherever they are a member.
    """

    kind: ActorKind
    tenant_id: TenantId
    id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    may_write: bool = True
    is_live: bool = True
    call_limit: CallLimit | None = None
    session_id: UUID | None = None
    home_tenant_id: TenantId | None = None
    is_verified: bool = True
    address: str | None = None
    request_id: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    def allows(self, permission: str) -> bool:
        """A scope is a permission, all actions on a resource, one on all of them, or everything."""
        return not self.scopes.isdisjoint(_openers(permission))


@lru_cache(maxsize=1024)
def _openers(permission: str) -> frozenset[str]:
    """The scopes of which each opens a permission. It is asked in every request."""
    resource, _, action = permission.partition(":")
    return frozenset({permission, "*", f"{resource}:*", f"*:{action}"})
