"""The gate: who a token stands for, asked of the database within the tenant it names."""

import asyncio
from datetime import datetime
from typing import Final, final

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.kernel import Actor, ActorKind, Problem, TenantId

from .api_key import ApiKeyId, KeyMode, hash_of, tenant_in
from .tenant import TenantStatus

FLUSH_SECONDS: Final = 5.0


class Admission(msgspec.Struct, frozen=True):
    """What a valid key stands for."""

    id: ApiKeyId
    mode: KeyMode
    scopes: list[str]
    tenant_status: TenantStatus
    calls_per_minute: int | None
    now: datetime


@final
class Gate:
    """Admits tokens, and notes when each was last used without a write per request."""

    def __init__(self) -> None:
        self._used: dict[tuple[TenantId, ApiKeyId], datetime] = {}

    def tenant_of(self, token: str) -> TenantId | None:
        """The tenant that a token names, if its form and checksum are those of a key."""
        return tenant_in(token)

    async def admit(self, tx: Tx, token: str) -> Actor | None:
        """The actor behind a key that is neither revoked nor expired, of a tenant that lives."""
        found = await find_admission(tx, tenant_id=tx.tenant_id, key_hash=hash_of(token))
        if found is None or found.tenant_status is TenantStatus.CANCELLED:
            return None
        self._used[tx.tenant_id, found.id] = found.now
        return Actor(
            kind=ActorKind.API_KEY,
            tenant_id=tx.tenant_id,
            id=found.id,
            scopes=frozenset(found.scopes),
            is_live=found.mode is KeyMode.LIVE,
            may_write=found.tenant_status is TenantStatus.ACTIVE,
            calls_per_minute=found.calls_per_minute,
        )

    async def keep_notes(self, pool: Pool) -> None:
        """Write down every few seconds which keys were used, until cancelled."""
        try:
            while True:
                await asyncio.sleep(FLUSH_SECONDS)
                await self.write_notes(pool)
        finally:
            await self.write_notes(pool)

    async def write_notes(self, pool: Pool) -> None:
        """Write down which keys were used since the last time."""
        used, self._used = self._used, {}
        try:
            for (tenant_id, key_id), used_at in used.items():
                async with tenant_transaction(pool, tenant_id) as tx:
                    await note_use(tx, tenant_id=tenant_id, key_id=key_id, used_at=used_at)
        except Problem as trouble:
            import structlog  # noqa: PLC0415 - a short command would wait for it in vain

            log = structlog.get_logger()
            log.warning("last uses not noted", keys=len(used), reason=trouble.title)


@sql
async def find_admission(tx: Tx, *, tenant_id: TenantId, key_hash: bytes) -> Admission | None: ...


@sql
async def note_use(tx: Tx, *, tenant_id: TenantId, key_id: ApiKeyId, used_at: datetime) -> None: ...
