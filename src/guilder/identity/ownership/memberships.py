"""Memberships: where a user belongs, at home and elsewhere."""

from datetime import datetime

import msgspec

from guilder.db import Tx, sql
from guilder.identity.members import MemberId
from guilder.identity.tenant import TenantStatus
from guilder.identity.users import UserId
from guilder.kernel import TenantId


class Membership(msgspec.Struct, frozen=True):
    """A tenant of which somebody is a member, and as what."""

    tenant_id: TenantId
    name: str
    slug: str
    status: TenantStatus
    is_owner: bool
    member_id: MemberId
    roles: list[str]
    created_at: datetime


async def memberships_of(tx: Tx, user_id: UserId) -> list[Membership]:
    """Where a user who is at home here belongs, the oldest first."""
    return await find_memberships(tx, user_id=user_id)


@sql
async def find_memberships(tx: Tx, *, user_id: UserId) -> list[Membership]: ...
