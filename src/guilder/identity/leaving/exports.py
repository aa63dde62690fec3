"""Exports: everything that is held about a user, for them to take along."""

from datetime import date, datetime

import msgspec

from guilder.db import Tx, sql
from guilder.identity.letters import EmailPreferences, preferences_of
from guilder.identity.metrics import Day, days_of
from guilder.identity.ownership import Membership, memberships_of
from guilder.identity.sessions import Session
from guilder.identity.users import UserId, user_by_id
from guilder.identity.users.views import UserView, show_user
from guilder.kernel import TenantId


class Remembered(msgspec.Struct, frozen=True):
    """Something that is remembered of what a user did."""

    action: str
    object_type: str
    object_id: str
    address: str | None
    occurred_at: datetime


class Key(msgspec.Struct, frozen=True):
    """A key that a user made, without its secret."""

    id: str
    name: str
    scopes: list[str]
    last_used_at: datetime | None
    created_at: datetime


class UserExport(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="user_export"):
    """What is held about a user at home. What other tenants remember of them is with those."""

    user: UserView
    memberships: list[Membership]
    sessions: list[Session]
    email_preferences: EmailPreferences
    has_second_factor: bool
    api_keys: list[Key]
    metrics: list[Day]
    audit: list[Remembered]


FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(9999, 12, 31)


async def export_user(tx: Tx, user_id: UserId) -> UserExport:
    """Gather all of it. Secrets are not among it: nobody has them but in a hash."""
    user = await user_by_id(tx, user_id)
    return UserExport(
        user=show_user(user),
        memberships=await memberships_of(tx, user_id),
        sessions=await sessions_of(tx, tenant_id=tx.tenant_id, user_id=user_id),
        email_preferences=await preferences_of(tx, user_id),
        has_second_factor=await has_factor(tx, tenant_id=tx.tenant_id, user_id=user_id),
        api_keys=await keys_of(tx, tenant_id=tx.tenant_id, maker=f"user:{user_id}"),
        metrics=await days_of(tx, user_id, first=FIRST_DAY, last=LAST_DAY),
        audit=await remembered_of(tx, tenant_id=tx.tenant_id, user_id=user_id),
    )


@sql
async def sessions_of(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> list[Session]: ...


@sql
async def has_factor(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> bool: ...


@sql
async def keys_of(tx: Tx, *, tenant_id: TenantId, maker: str) -> list[Key]: ...


@sql
async def remembered_of(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> list[Remembered]: ...
