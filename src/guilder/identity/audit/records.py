"""Records: an entry is written in the transaction of what it tells of, or neither is."""

from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import ActorKind, TenantId

from .entry import GENESIS, AuditEntry, hash_of
from .telling import Fields, Thing, told

MOST_CHARACTERS: Final = 100


class Draft(msgspec.Struct, frozen=True):
    """What will be an entry, as soon as its place is known."""

    action: str
    actor_kind: ActorKind
    actor_id: UUID | None
    address: str | None
    request_id: str | None
    object_type: str
    object_id: UUID
    before: Fields
    after: Fields


class Place(msgspec.Struct, frozen=True):
    """Behind what the next entry stands, under which id, and when."""

    position: int
    hash: bytes
    id: UUID
    occurred_at: datetime


async def record(
    tx: Tx,
    action: str,
    *,
    type: str,  # noqa: A002 - the object's type, as facts have it
    id: UUID,  # noqa: A002 - likewise
    before: Thing = None,
    after: Thing = None,
) -> None:
    """Keep for good that who acts did this. Of two structs what differs is kept.

    It is written just before the commit, since it holds the tenant's head, for which everybody
    waits who records. It can never be erased: name persons by their ids, not by their e-mails.
    """
    actor = tx.actor
    if actor is None:
        raise LookupError(f"{action}: nobody acts here")
    was, now = told(before, after)
    draft = Draft(
        action=action,
        actor_kind=actor.kind,
        actor_id=actor.id,
        address=_cut(actor.address),
        request_id=_cut(actor.request_id),
        object_type=type,
        object_id=id,
        before=was,
        after=now,
    )
    tx.conclude(partial(append, draft=draft))


async def append(tx: Tx, draft: Draft) -> None:
    """Write the next entry of this tenant, and hold its head to the end of the transaction."""
    place = await lock_head(tx, tenant_id=tx.tenant_id)
    if place is None:
        await begin_chain(tx, hash=GENESIS)
        place = await lock_head(tx, tenant_id=tx.tenant_id)
    if place is None:
        raise LookupError("a chain was begun, and is not there")
    entry = AuditEntry(
        position=place.position + 1,
        id=place.id,
        occurred_at=place.occurred_at,
        previous_hash=place.hash,
        hash=b"",
        **msgspec.structs.asdict(draft),
    )
    sealed = msgspec.structs.replace(entry, hash=hash_of(tx.tenant_id, entry))
    await insert_entry(tx, tenant_id=tx.tenant_id, **msgspec.structs.asdict(sealed))


def _cut(text: str | None) -> str | None:
    return text and text[:MOST_CHARACTERS]


@sql
async def lock_head(tx: Tx, *, tenant_id: TenantId) -> Place | None: ...


@sql
async def begin_chain(tx: Tx, *, hash: bytes) -> None: ...  # noqa: A002 - the column's name


@sql
async def insert_entry(
    tx: Tx,
    *,
    tenant_id: TenantId,
    position: int,
    id: UUID,  # noqa: A002 - the column's name
    action: str,
    actor_kind: ActorKind,
    actor_id: UUID | None,
    address: str | None,
    request_id: str | None,
    object_type: str,
    object_id: UUID,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    occurred_at: datetime,
    previous_hash: bytes,
    hash: bytes,  # noqa: A002 - the column's name
) -> None: ...
