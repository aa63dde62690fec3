"""Holding: what members hold at this moment, and what ends when they hold less.

A key opens no more than its maker holds. So whoever makes one is held fast until it is there,
and whoever takes a permission away first waits for them, and then finds the key.
"""

from collections.abc import Sequence

import msgspec

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.api_key import ApiKey, ApiKeyId, ApiKeyRevoked
from guilder.identity.users import UserId
from guilder.kernel import Actor, ActorKind, TenantId


class Holding(msgspec.Struct, frozen=True):
    """What a member holds. The owner holds everything, whatever roles say."""

    user_id: UserId
    permissions: list[str]


class MadeKey(msgspec.Struct, frozen=True):
    """A key that goes back to a user: they made it, or a key did that goes back to them."""

    id: ApiKeyId
    user_id: UserId
    scopes: list[str]


async def hold_fast(tx: Tx, actor: Actor) -> Actor:
    """Who acts, with what they hold now and until the transaction ends.

    Who was removed or revoked since they were let in holds nothing.
    """
    if actor.id is None:
        return actor
    if actor.kind is ActorKind.USER:
        await hold_member(tx, tenant_id=tx.tenant_id, user_id=UserId(actor.id))
        return await _as_held(tx, actor, UserId(actor.id))
    if actor.kind is ActorKind.API_KEY:
        key = await hold_key(tx, tenant_id=tx.tenant_id, key_id=ApiKeyId(actor.id))
        return actor if key else msgspec.structs.replace(actor, scopes=frozenset())
    return actor


async def held_by(tx: Tx, user_ids: Sequence[UserId]) -> dict[UserId, Actor]:
    """What these users hold as members, so that they can be asked."""
    found = await holdings(tx, tenant_id=tx.tenant_id, user_ids=list(user_ids))
    return {
        each.user_id: Actor(
            kind=ActorKind.USER,
            tenant_id=tx.tenant_id,
            id=each.user_id,
            scopes=frozenset(each.permissions),
        )
        for each in found
    }


async def revoke_beyond(tx: Tx, user_ids: Sequence[UserId]) -> None:
    """Revoke the keys that open more than those hold now who made them.

    A key may be making another one meanwhile. Revoking it waits for that, so it is looked again.
    """
    while beyond := await _beyond(tx, user_ids):
        await _revoke(tx, beyond, because="not_held")


async def revoke_all(tx: Tx, user_ids: Sequence[UserId]) -> None:
    """Revoke the keys that these have made here, and those that were made with them."""
    while made := await keys_going_back_to(tx, tenant_id=tx.tenant_id, user_ids=list(user_ids)):
        await _revoke(tx, [key.id for key in made], because="shut_out")


async def _revoke(tx: Tx, ids: list[ApiKeyId], *, because: str) -> None:
    for key in await revoke_keys(tx, tenant_id=tx.tenant_id, ids=ids):
        tx.emit(ApiKeyRevoked(key.id, key))
        await audit.record(
            tx, "api_key.revoked", type="api_key", id=key.id, after={"because": because}
        )


async def _as_held(tx: Tx, actor: Actor, user_id: UserId) -> Actor:
    known = (await held_by(tx, [user_id])).get(user_id)
    return msgspec.structs.replace(actor, scopes=known.scopes if known else frozenset())


async def _beyond(tx: Tx, user_ids: Sequence[UserId]) -> list[ApiKeyId]:
    made = await keys_going_back_to(tx, tenant_id=tx.tenant_id, user_ids=list(user_ids))
    if not made:
        return []
    held = await held_by(tx, user_ids)
    return [
        key.id
        for key in made
        if (maker := held.get(key.user_id)) is None or not all(map(maker.allows, key.scopes))
    ]


@sql
async def hold_member(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> UserId | None: ...


@sql
async def hold_key(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKeyId | None: ...


@sql
async def holdings(tx: Tx, *, tenant_id: TenantId, user_ids: list[UserId]) -> list[Holding]: ...


@sql
async def keys_going_back_to(
    tx: Tx, *, tenant_id: TenantId, user_ids: list[UserId]
) -> list[MadeKey]: ...


@sql
async def revoke_keys(tx: Tx, *, tenant_id: TenantId, ids: list[ApiKeyId]) -> list[ApiKey]: ...
