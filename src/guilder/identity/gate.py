"""The gate: who a token stands for, asked of the database in each transaction anew."""

import asyncio
from datetime import datetime
from typing import Final, NamedTuple, final
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.http import NotAMember, Visit
from guilder.kernel import (
    Actor,
    ActorKind,
    CallLimit,
    Problem,
    TenantId,
    TokenName,
    Tool,
    hash_of,
    is_in,
    networks,
    read_token,
)

from .activity import Seen, note_activity
from .api_key import PREFIXES, ApiKeyId, KeyMode
from .quotas import FACTS_PER_DAY, QuotaExceeded
from .sessions import PREFIX as SESSION
from .sessions import SessionId, note_session
from .tenant import TenantStatus, Tier
from .users import UserId

FLUSH_SECONDS: Final = 5.0
ADMITTED: Final = {SESSION, *PREFIXES.values()}
NOTHING: Final[frozenset[str]] = frozenset()


class KeyAdmission(msgspec.Struct, frozen=True):
    """What a valid key stands for."""

    id: ApiKeyId
    mode: KeyMode
    scopes: list[str]
    allowed_addresses: list[str]
    tenant_status: TenantStatus
    calls_per_minute: int | None
    tier: Tier
    facts_per_day: int | None
    facts_today: int
    now: datetime


class SessionAdmission(msgspec.Struct, frozen=True):
    """What a valid session stands for in one tenant."""

    session_id: SessionId
    user_id: UserId
    is_verified: bool
    calls_per_minute: int | None
    facts_per_day: int | None
    is_member: bool
    scopes: list[str]
    tenant_status: TenantStatus
    tier: Tier
    facts_today: int
    now: datetime


class Noted(NamedTuple):
    """A session of a user, at home in a tenant, seen in one."""

    tenant_id: TenantId
    home_tenant_id: TenantId
    session_id: SessionId
    user_id: UserId


@final
class Gate(Tool):
    """Admits tokens, and notes when each was last used without a write per request."""

    def __init__(self) -> None:
        self._used: dict[tuple[TenantId, ApiKeyId], datetime] = {}
        self._seen: dict[Noted, tuple[int, datetime]] = {}

    def tenant_of(self, token: str, wanted: str | None) -> TenantId | None:
        """The tenant in which a token acts: a session in any, a key in its own only."""
        name = read_token(token)
        if name is None or name.prefix not in ADMITTED:
            return None
        if wanted is None:
            return name.tenant_id
        tenant_id = _as_tenant(wanted)
        if tenant_id is None or (name.prefix != SESSION and tenant_id != name.tenant_id):
            raise NotAMember
        return tenant_id

    async def admit(self, tx: Tx, visit: Visit) -> Actor | None:
        """The actor behind a token that is good still, in a tenant that lives."""
        name = read_token(visit.token)
        if name is None:
            return None
        if name.prefix == SESSION:
            return await self._admit_session(tx, visit, name)
        return await self._admit_key(tx, visit)

    async def _admit_key(self, tx: Tx, visit: Visit) -> Actor | None:
        found = await find_key(tx, tenant_id=tx.tenant_id, key_hash=hash_of(visit.token))
        if found is None or found.tenant_status is TenantStatus.CANCELLED:
            return None
        if found.allowed_addresses and not is_in(visit.address, networks(found.allowed_addresses)):
            return None
        _require_room_for_facts(found, visit)
        tx.note_now(found.now)
        self._used[tx.tenant_id, found.id] = found.now
        return Actor(
            kind=ActorKind.API_KEY,
            tenant_id=tx.tenant_id,
            id=found.id,
            scopes=frozenset(found.scopes),
            is_live=found.mode is KeyMode.LIVE,
            may_write=found.tenant_status is TenantStatus.ACTIVE,
            call_limit=_call_limit(found),
            address=visit.address,
            request_id=visit.request_id,
        )

    async def _admit_session(self, tx: Tx, visit: Visit, name: TokenName) -> Actor | None:
        found = await find_session(
            tx, tenant_id=tx.tenant_id, home_id=name.tenant_id, token_hash=hash_of(visit.token)
        )
        if found is None:
            return None
        if not visit.is_own:
            if not found.is_member:
                raise NotAMember
            if found.tenant_status is TenantStatus.CANCELLED:
                return None
            _require_room_for_facts(found, visit)
        tx.note_now(found.now)
        noted = Noted(tx.tenant_id, name.tenant_id, found.session_id, found.user_id)
        calls, _ = self._seen.get(noted, (0, found.now))
        self._seen[noted] = calls + 1, found.now
        return Actor(
            kind=ActorKind.USER,
            tenant_id=tx.tenant_id,
            id=found.user_id,
            scopes=frozenset(found.scopes) if found.is_member else NOTHING,
            may_write=found.tenant_status is TenantStatus.ACTIVE,
            call_limit=_call_limit(found),
            session_id=found.session_id,
            home_tenant_id=name.tenant_id,
            is_verified=found.is_verified,
            address=visit.address,
            request_id=visit.request_id,
        )

    async def keep_notes(self, pool: Pool) -> None:
        """Write down every few seconds who was seen, until cancelled."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                await self.write_notes(pool)
        finally:
            await self.write_notes(pool)

    async def write_notes(self, pool: Pool) -> None:
        """Write down which keys and sessions were used since the last time."""
        used, self._used = self._used, {}
        seen, self._seen = self._seen, {}
        try:
            for (tenant_id, key_id), used_at in used.items():
                async with tenant_transaction(pool, tenant_id) as tx:
                    await note_use(tx, tenant_id=tenant_id, key_id=key_id, used_at=used_at)
            for noted, (calls, seen_at) in seen.items():
                await _note_seen(pool, noted, calls=calls, seen_at=seen_at)
        except Problem as trouble:
            import structlog  # noqa: PLC0415 - a short command would wait for it in vain

            log = structlog.get_logger()
            lost = len(used) + len(seen)
            log.warning("last uses not noted", tokens=lost, reason=trouble.title)


def _require_room_for_facts(found: KeyAdmission | SessionAdmission, visit: Visit) -> None:
    """Refuse what would tell of more than the tier allows. What is told is counted soon after."""
    most = found.facts_per_day
    if visit.is_writing and most is not None and found.facts_today >= most:
        raise QuotaExceeded(quota=FACTS_PER_DAY, limit=most, tier=found.tier)


def _call_limit(found: KeyAdmission | SessionAdmission) -> CallLimit | None:
    most = found.calls_per_minute
    return None if most is None else CallLimit(most, found.tier)


def _as_tenant(wanted: str) -> TenantId | None:
    try:
        return TenantId(UUID(wanted))
    except ValueError:
        return None


async def _note_seen(pool: Pool, noted: Noted, *, calls: int, seen_at: datetime) -> None:
    async with tenant_transaction(pool, noted.home_tenant_id) as tx:
        await note_session(tx, tenant_id=tx.tenant_id, session_id=noted.session_id, seen_at=seen_at)
    async with tenant_transaction(pool, noted.tenant_id) as tx:
        await note_activity(tx, Seen(noted.user_id, seen_at, api_calls=calls))


@sql
async def find_key(tx: Tx, *, tenant_id: TenantId, key_hash: bytes) -> KeyAdmission | None: ...


@sql
async def find_session(
    tx: Tx, *, tenant_id: TenantId, home_id: TenantId, token_hash: bytes
) -> SessionAdmission | None: ...


@sql
async def note_use(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId, used_at: datetime) -> None: ...
