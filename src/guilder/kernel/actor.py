"""Who acts, and what they may do."""

from enum import StrEnum, auto
from uuid import UUID

import msgspec

from .ids import TenantId


class ActorKind(StrEnum):
    """What sort of being acts."""

    API_KEY = auto()
    USER = auto()
    JOB = auto()
    OPERATOR = auto()


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody or something that acts within one tenant."""

    kind: ActorKind
    tenant_id: TenantId
    id: UUID | None = None
    scopes: frozenset[str] = frozenset()
    may_write: bool = True
    is_live: bool = True
    calls_per_minute: int | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)

    def allows(self, permission: str) -> bool:
        """A scope is a permission, all actions on a resource, or everything."""
        scopes = self.scopes
        return (
            permission in scopes or "*" in scopes or f"{permission.partition(':')[0]}:*" in scopes
        )
