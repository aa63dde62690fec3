"""The member: a user in a tenant, at home there or elsewhere."""

from datetime import datetime
from typing import Any, ClassVar, NewType
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from guilder.identity.roles import RoleId
from guilder.identity.users import Home, UserId
from guilder.kernel import Fact, TenantId

MemberId = NewType("MemberId", UUID)


class Member(msgspec.Struct, frozen=True):
    """Somebody who belongs to a tenant, with the roles that they hold there."""

    id: MemberId
    user_id: UserId
    home_tenant_id: TenantId
    role_ids: list[RoleId]
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime

    @property
    def home(self) -> Home:
        return Home(self.home_tenant_id, self.user_id)


class MemberChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about a member; what is not named stays."""

    role_ids: list[RoleId] | UnsetType = UNSET
    metadata: dict[str, Any] | UnsetType = UNSET

    def applied_to(self, member: Member) -> Member:
        """The member as they would be."""
        named = msgspec.structs.asdict(self)
        wanted = {name: value for name, value in named.items() if value is not UNSET}
        if UNSET is not self.role_ids:
            wanted["role_ids"] = sorted(set(self.role_ids))
        return msgspec.structs.replace(member, **wanted)


class MemberAdded(Fact, frozen=True):
    """Somebody belongs to the tenant from now on."""

    name: ClassVar[str] = "member.added"
    data: Member


class MemberUpdated(Fact, frozen=True):
    """A member holds other roles from now on, or something else of them is different."""

    name: ClassVar[str] = "member.updated"
    data: Member


class MemberRemoved(Fact, frozen=True):
    """Somebody does not belong to the tenant any more."""

    name: ClassVar[str] = "member.removed"
    data: Member
