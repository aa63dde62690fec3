"""API keys: made with no more than their maker holds, and revoked at once."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from guilder import mail
from guilder.db import Tx, sql
from guilder.kernel import Actor, ActorKind, Problem, TenantId, hash_of, networks, new_token

from . import audit
from .api_key import (
    PREFIXES,
    PUBLIC_SCOPES,
    ApiKey,
    ApiKeyCreated,
    ApiKeyId,
    ApiKeyRevoked,
    ApiKeyRotated,
    KeyKind,
    KeyMode,
)
from .letters import tell
from .members import member_by_id, person_of
from .quotas import require_room
from .roles import hold_fast
from .tenants import current_tenant
from .users import UserId
from .verified import Serious, require_verified

USER: Final = ActorKind.USER
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
    """A key for tests makes no key that is live, gives none another secret, and takes none away."""


class ScopeNotPublic(Problem, status=422):
    """A publishable key can be read by everybody, so it opens what a buyer may see and no more."""

    scopes: list[str]


class AddressNotReadable(Problem, status=422):
    """An address from which a key may come is one of IPv4 or IPv6, or a network of them."""

    address: str


class KeyReplaced(Problem, status=409):
    """This key was revoked or replaced before."""


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
    kind: KeyKind = KeyKind.SECRET,
    allowed_addresses: Collection[str] = (),
    expires_at: datetime | None = None,
    metadata: dict[str, Any] | None = None,
    takes_a_place: bool = True,
) -> IssuedKey:
    """Give a program a key of its own. The tenant's owner is told of one that moves money."""
    _refuse_scopes(maker, kind, scopes)
    if mode is KeyMode.LIVE and not maker.is_live:
        raise LiveKeyNotAllowed
    if mode is KeyMode.LIVE:
        require_verified(maker, Serious.LIVE_API_KEY)
    if expires_at is not None and expires_at <= await tx.now():
        raise ExpiryInThePast
    await require_room(tx, "api_keys", count_api_keys, more=int(takes_a_place))
    _refuse_scopes(await hold_fast(tx, maker), kind, scopes)
    secret = new_token(PREFIXES[kind, mode], tx.tenant_id)
    key = await insert_api_key(
        tx,
        name=name.strip(),
        mode=mode,
        kind=kind,
        key_hash=hash_of(secret),
        hint=secret[-4:],
        scopes=sorted(set(scopes)),
        created_by=str(maker),
        allowed_addresses=readable_networks(allowed_addresses),
        expires_at=expires_at,
        metadata=metadata or {},
    )
    tx.emit(ApiKeyCreated(key.id, key))
    await audit.record(tx, "api_key.created", type="api_key", id=key.id, after=key)
    if mode is KeyMode.LIVE and kind is KeyKind.SECRET:
        await _tell_owner(tx, maker, key)
    return IssuedKey(key, secret)


async def _tell_owner(tx: Tx, maker: Actor, key: ApiKey) -> None:
    """Whoever owns the tenant answers for what its programs do. One without an owner is ours."""
    tenant = await current_tenant(tx)
    owner = await person_of(tx, UserId(tenant.owner_id)) if tenant.owner_id else None
    if owner is None:
        return
    made_by = await person_of(tx, UserId(maker.id)) if maker.kind is USER and maker.id else None
    member = await member_by_id(tx, owner.id)
    told = mail.ApiKeyCreated(
        at=await tx.now(),
        address=maker.address,
        tenant=tenant.name,
        key_name=key.name,
        scopes=tuple(key.scopes),
        made_by=(made_by.name or made_by.email or "") if made_by else str(maker),
    )
    await tell(tx, member.home, told)


async def rotate(tx: Tx, maker: Actor, key_id: ApiKeyId, *, overlap: timedelta) -> IssuedKey:
    """Give a key another secret. The old one opens until the overlap is over, and no longer."""
    old = await lock_api_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
    if old is None:
        raise ApiKeyNotFound
    if old.revoked_at is not None or old.replaced_by is not None:
        raise KeyReplaced
    issued = await create_api_key(
        tx,
        maker,
        name=old.name,
        scopes=old.scopes,
        mode=old.mode,
        kind=old.kind,
        allowed_addresses=old.allowed_addresses,
        expires_at=old.expires_at,
        metadata=old.metadata,
        takes_a_place=False,
    )
    ends_at = await tx.now() + overlap
    replaced = await replace_api_key(
        tx,
        tenant_id=tx.tenant_id,
        key_id=key_id,
        replaced_by=issued.key.id,
        expires_at=min(ends_at, old.expires_at) if old.expires_at else ends_at,
    )
    tx.emit(ApiKeyRotated(replaced.id, replaced))
    await audit.record(tx, "api_key.rotated", type="api_key", id=key_id, before=old, after=replaced)
    return issued


def _refuse_scopes(maker: Actor, kind: KeyKind, scopes: list[str]) -> None:
    """Refuse scopes that are none, that a maker cannot give, or that such a key cannot hold."""
    if unknown := [scope for scope in scopes if not SCOPE.fullmatch(scope)]:
        raise ScopeNotKnown(scopes=unknown)
    if kind is KeyKind.PUBLISHABLE and (secret := sorted(set(scopes) - set(PUBLIC_SCOPES))):
        raise ScopeNotPublic(scopes=secret)
    if beyond := [scope for scope in scopes if not maker.allows(scope)]:
        raise ScopeNotHeld(scopes=beyond)


def readable_networks(texts: Collection[str]) -> list[str]:
    """The addresses from which a key may come, spelled as networks are."""
    found = []
    for text in texts:
        try:
            found += [str(network) for network in networks([text])]
        except ValueError:
            raise AddressNotReadable(address=text) from None
    return found


async def key_by_id(tx: Tx, key_id: ApiKeyId) -> ApiKey:
    """One key of the tenant."""
    found = await find_api_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
    if found is None:
        raise ApiKeyNotFound
    return found


async def revoke(tx: Tx, key_id: ApiKeyId) -> ApiKey:
    """Take a key back, whatever it opens: one that has leaked waits for nobody who holds as much.

    Only a key for tests, which is in many hands, stops nothing that is live. Doing it twice
    changes nothing.
    """
    key = await key_by_id(tx, key_id)
    if key.mode is KeyMode.LIVE and tx.actor is not None and not tx.actor.is_live:
        raise LiveKeyNotAllowed
    revoked = await revoke_api_key(tx, tenant_id=tx.tenant_id, key_id=key_id)
    if revoked is None:
        return await key_by_id(tx, key_id)
    tx.emit(ApiKeyRevoked(revoked.id, revoked))
    after = {"name": revoked.name, "revoked_at": revoked.revoked_at}
    await audit.record(tx, "api_key.revoked", type="api_key", id=key_id, after=after)
    return revoked


@sql
async def insert_api_key(
    tx: Tx,
    *,
    name: str,
    mode: KeyMode,
    kind: KeyKind,
    key_hash: bytes,
    hint: str,
    scopes: list[str],
    created_by: str,
    allowed_addresses: list[str],
    expires_at: datetime | None,
    metadata: dict[str, Any],
) -> ApiKey: ...


@sql
async def lock_api_key(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId) -> ApiKey | None: ...


@sql
async def replace_api_key(
    tx: Tx,
    *,
    tenant_id: TenantId,
    key_id: ApiKeyId,
    replaced_by: ApiKeyId,
    expires_at: datetime,
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
