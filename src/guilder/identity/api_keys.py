"""API keys: made with no more than their maker holds, and revoked at once."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Actor, Problem, TenantId

from .api_key import (
    ApiKey,
    ApiKeyCreated,
    ApiKeyId,
    ApiKeyRevoked,
    KeyMode,
    hash_of,
    new_secret,
)
from .quotas import require_room

SCOPE: Final = re.compile(r"\*|[a-z_]+:(\*|[a-z_]+)")


class ApiKeyNotFound(Problem, status=404):
    """There is no such key."""


class ScopeNotKnown(Problem, status=422):
    """A scope is `*`, or a `resource:action` or `resource:*` that opens something."""

    scopes: list[str]


class ScopeNotHeld(Problem, status=403):
    """A key can be given only scopes that its maker holds."""

    scopes: list[str]


class LiveKeyNotAllowed(Problem, status=403):
    """A key for tests cannot make one that is live."""


class ExpiryInThePast(Problem, status=422):
    """A key expires in the future, or never."""


class IssuedKey(msgspec.Struct, frozen=True):
    """A new key with its secret, which is shown this once."""

    key: ApiKey
    secret: str


def refuse_unknown(scopes: list[str], permissions: Collection[str]) -> None:
    """Refuse scopes that open nothing, before they are taken for some that do."""
    known = {"*", *permissions, *(f"{one.partition(':')[0]}:*" for one in permissions)}
    if unknown := [scope for scope in scopes if scope not in known]:
        raise ScopeNotKnown(scopes=unknown)


async def create_api_key(
    tx: Tx,
    maker: Actor,
    *,
    name: str,
    scopes: list[str],
    mode: KeyMode = KeyMode.LIVE,
    expires_at: datetime | None = None,
    metadata: dict[str, Any] | None = None,
) -> IssuedKey:
    """Give a program a key of its own."""
    if unknown := [scope for scope in scopes if not SCOPE.fullmatch(scope)]:
        raise ScopeNotKnown(scopes=unknown)
    if beyond := [scope for scope in scopes if not maker.allows(scope)]:
        raise ScopeNotHeld(scopes=beyond)
    if mode is KeyMode.LIVE and not maker.is_live:
        raise LiveKeyNotAllowed
    if expires_at is not None and expires_at <= await tx.now():
        raise ExpiryInThePast
    await require_room(tx, "api_keys", count_api_keys)
    secret = new_secret(tx.tenant_id, mode)
    key = await insert_api_key(
        tx,
        name=name.strip(),
        mode=mode,
        key_hash=hash_of(secret),
        hint=secret[-4:],
        scopes=sorted(set(scopes)),
        created_by=str(maker),
        expires_at=expires_at,
        metadata=metadata or {},
    )
    tx.emit(ApiKeyCreated(key.id, key))
    return IssuedKey(key, secret)


async def key_by_id(tx: Tx, key_id: ApiKeyId) -> ApiKey:
    """One key of the tenant."""
    found = await find_api_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
    if found is None:
        raise ApiKeyNotFound
    return found


async def revoke(tx: Tx, key_id: ApiKeyId) -> ApiKey:
    """Take a key back. Doing it twice changes nothing."""
    revoked = await revoke_api_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
    if revoked is None:
        return await key_by_id(tx, key_id)
    tx.emit(ApiKeyRevoked(revoked.id, revoked))
    return revoked


@sql
async def insert_api_key(
    tx: Tx,
    *,
    name: str,
    mode: KeyMode,
    key_hash: bytes,
    hint: str,
    scopes: list[str],
    created_by: str,
    expires_at: datetime | None,
    metadata: dict[str, Any],
) -> ApiKey: ...


@sql
async def find_api_key(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKey | None: ...


@sql
async def newest_api_keys(
    tx: Tx, *, tenant_id: TenantId, mode: KeyMode | None, before: ApiKeyId | None, most: int
) -> list[ApiKey]: ...


@sql
async def revoke_api_key(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKey | None: ...


@sql
async def count_api_keys(tx: Tx, *, tenant_id: TenantId) -> int: ...
