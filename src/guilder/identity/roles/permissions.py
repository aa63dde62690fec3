"""Permissions: what there is to be allowed, the same for every tenant."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Actor, Problem


class PermissionNotKnown(Problem, status=422):
    """There is no such permission. `GET /v1/permissions` lists those that there are."""

    permissions: list[str]


class NotYoursToGive(Problem, status=403):
    """Nobody gives, changes or takes away what they do not hold."""

    permissions: list[str]


class LiveActorNeeded(Problem, status=403):
    """A key for tests does not say who may do what, since members act in earnest."""


GIVING_PROBLEMS: Final = (LiveActorNeeded, NotYoursToGive)
"""What may be wrong with whoever says what others may do."""


class Permission(msgspec.Struct, frozen=True):
    """Something to be allowed: an action on a resource. `*` is any."""

    id: UUID
    name: str
    resource: str
    action: str
    description: str
    created_at: datetime
    updated_at: datetime


async def require_known(tx: Tx, names: Collection[str]) -> None:
    """Refuse permissions that open nothing, before they are taken for some that do."""
    known = {permission.name for permission in await all_permissions(tx)}
    if unknown := sorted({name[:100] for name in names if name not in known}):
        raise PermissionNotKnown(permissions=unknown)


def require_held(giver: Actor, names: Iterable[str]) -> None:
    """Refuse to let somebody give or take what they do not hold themselves, wildcards too."""
    if not giver.is_live:
        raise LiveActorNeeded
    if beyond := sorted({name for name in names if not giver.allows(name)}):
        raise NotYoursToGive(permissions=beyond)


@sql
async def all_permissions(tx: Tx) -> list[Permission]: ...
