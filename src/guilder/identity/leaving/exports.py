"""Exports: everything that is held about a user, for them to take along.

A document holds so much of each list, and tells where the next one goes on: nothing is left out,
and none grows with what somebody did in ten years.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.identity.letters import EmailPreferences, preferences_of
from guilder.identity.metrics import Day, days_of
from guilder.identity.ownership import Membership, memberships_of
from guilder.identity.sessions import Session
from guilder.identity.users import UserId, user_by_id
from guilder.identity.users.views import UserView, show_user
from guilder.kernel import TenantId

MOST: Final = 1_000
"""So many sessions, keys and entries one document holds of each."""

T = TypeVar("T")


class Remembered(msgspec.Struct, frozen=True):
    """Something that is remembered of what a user did."""

    position: int
    action: str
    object_type: str
    object_id: str
    address: str | None
    occurred_at: datetime


class Key(msgspec.Struct, frozen=True):
    """A key that a user made, without its secret."""

    id: UUID
    name: str
    scopes: list[str]
    last_used_at: datetime | None
    created_at: datetime


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Before which session, key and entry to go on, the newest being the first; null for none."""

    sessions_before: UUID | None = None
    api_keys_before: UUID | None = None
    audit_before: int | None = None


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
    is_complete: bool
    more: Places


FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(9999, 12, 31)


async def export_user(tx: Tx, user_id: UserId, places: Places, *, most: int = MOST) -> UserExport:
    """Gather all of it, so much at a time. Secrets are not among it: they are kept as hashes."""
    user = await user_by_id(tx, user_id)
    home, one_more = tx.tenant_id, most + 1
    sessions = await sessions_of(
        tx, tenant_id=home, user_id=user_id, before=places.sessions_before, most=one_more
    )
    keys = await keys_of(
        tx,
        tenant_id=home,
        maker=f"user:{user_id}",
        before=places.api_keys_before,
        most=one_more,
    )
    audit = await remembered_of(
        tx, tenant_id=home, user_id=user_id, before=places.audit_before, most=one_more
    )
    more = Places(
        sessions_before=last.id if (last := _last(sessions, most)) else None,
        api_keys_before=key.id if (key := _last(keys, most)) else None,
        audit_before=entry.position if (entry := _last(audit, most)) else None,
    )
    return UserExport(
        user=show_user(user),
        memberships=await memberships_of(tx, user_id),
        sessions=sessions[:most],
        email_preferences=await preferences_of(tx, user_id),
        has_second_factor=await has_factor(tx, tenant_id=tx.tenant_id, user_id=user_id),
        api_keys=keys[:most],
        metrics=await days_of(tx, user_id, first=FIRST_DAY, last=LAST_DAY),
        audit=audit[:most],
        is_complete=more == Places(),
        more=more,
    )


def _last(found: Sequence[T], most: int) -> T | None:
    """The last of a list that is told here, if there is more of it."""
    return found[most - 1] if len(found) > most else None


@sql
async def sessions_of(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, before: UUID | None, most: int
) -> list[Session]: ...


@sql
async def has_factor(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> bool: ...


@sql
async def keys_of(
    tx: Tx, *, tenant_id: TenantId, maker: str, before: UUID | None, most: int
) -> list[Key]: ...


@sql
async def remembered_of(
    tx: Tx, *, tenant_id: TenantId, user_id: UserId, before: int | None, most: int
) -> list[Remembered]: ...
