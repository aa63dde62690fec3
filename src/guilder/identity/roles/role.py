"""The role: what members who hold it may do in their tenant."""

from datetime import datetime
from enum import StrEnum, auto
from typing import ClassVar, Final, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.kernel import Fact

RoleId = NewType("RoleId", UUID)


class BuiltIn(StrEnum):
    """The roles that every tenant has, from the most to the least."""

    OWNER = auto()
    ADMIN = auto()
    DEVELOPER = auto()
    VIEWER = auto()


class Role(msgspec.Struct, frozen=True):
    """A tenant's set of permissions, under a name."""

    id: RoleId
    name: str
    description: str | None
    built_in: BuiltIn | None
    permissions: list[str]
    created_at: datetime
    updated_at: datetime


class RoleChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about a role; what is not named stays."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    permissions: list[str] | UnsetType = UNSET

    def applied_to(self, role: Role) -> Role:
        """The role as it would be."""
        named = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in named.items() if value is not UNSET}
        return msgspec.structs.replace(role, **wanted)


class RoleCreated(Fact, frozen=True):
    """The tenant has another role to give."""

    name: ClassVar[str] = "role.created"
    data: Role


class RoleUpdated(Fact, frozen=True):
    """A role is called otherwise, or whoever holds it may do something else."""

    name: ClassVar[str] = "role.updated"
    data: Role


class RoleDeleted(Fact, frozen=True):
    """There is no such role any more."""

    name: ClassVar[str] = "role.deleted"
    data: Role


DEVELOPED: Final = (
    "api_keys:write",
    "checkout:write",
    "customers:write",
    "disputes:write",
    "gateways:write",
    "inventory:write",
    "orders:write",
    "payment_methods:write",
    "payments:write",
    "products:write",
    "promotions:write",
    "signing_keys:write",
)
"""What whoever builds on a tenant's data changes: not its members, nor the tenant itself."""

HELD: Final = {
    BuiltIn.OWNER: ("*",),
    BuiltIn.ADMIN: ("*:read", "*:write"),
    BuiltIn.DEVELOPER: ("*:read", *DEVELOPED),
    BuiltIn.VIEWER: ("*:read",),
}
"""What the built-in roles allow."""

MEANT: Final = {
    BuiltIn.OWNER: "Everything, who owns the tenant included.",
    BuiltIn.ADMIN: "Everything but who owns the tenant.",
    BuiltIn.DEVELOPER: "Sees everything, and changes what is sold, taken and sent.",
    BuiltIn.VIEWER: "Sees everything, and changes nothing.",
}
"""What the built-in roles are for."""
