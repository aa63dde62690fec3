"""People: members with their faces, wherever they are at home."""

from datetime import datetime
from typing import Any

import msgspec

from guilder.db import Tx, sql
from guilder.identity.roles import RoleId
from guilder.identity.users import Language, UserId
from guilder.kernel import TenantId

from .member import MemberId
from .members import MemberNotFound


class Person(msgspec.Struct, frozen=True):
    """A member as others see them."""

    id: MemberId
    user_id: UserId
    email: str | None
    name: str | None
    username: str | None
    avatar_url: str | None
    language: Language
    is_verified: bool
    is_owner: bool
    last_seen_at: datetime | None
    role_ids: list[RoleId]
    role_names: list[str]
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


async def person_by_id(tx: Tx, member_id: MemberId) -> Person:
    """One member, with their face."""
    found = await find_people(
        tx, tenant_id=tx.tenant_id, member_id=member_id, user_id=None, before=None, most=1
    )
    if not found:
        raise MemberNotFound
    return found[0]


async def person_of(tx: Tx, user_id: UserId) -> Person | None:
    """The member who this user is."""
    found = await find_people(
        tx, tenant_id=tx.tenant_id, member_id=None, user_id=user_id, before=None, most=1
    )
    return found[0] if found else None


async def newest_people(tx: Tx, *, before: MemberId | None, most: int) -> list[Person]:
    """Members, those who came last first."""
    return await find_people(
        tx, tenant_id=tx.tenant_id, member_id=None, user_id=None, before=before, most=most
    )


@sql
async def find_people(
    tx: Tx,
    *,
    tenant_id: TenantId,
    member_id: MemberId | None,
    user_id: UserId | None,
    before: MemberId | None,
    most: int,
) -> list[Person]: ...
