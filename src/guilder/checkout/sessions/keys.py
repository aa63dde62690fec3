"""The keys with which a tenant signs its handoffs, and how others come to trust them.

The newest key signs. One that was replaced is published for as long as something
that it signed may be about, so that a replacement invalidates nothing.
"""

import time
from datetime import datetime, timedelta
from typing import Final, NewType, final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.kernel import TenantId, Tool, Vault

SigningKeyId = NewType("SigningKeyId", UUID)

PUBLISHED_FOR: Final = timedelta(days=2)
"""Longer than any handoff lives."""

MOST_KEPT: Final = 1_000
KEPT_SECONDS: Final = 60.0


class SigningKey(msgspec.Struct, frozen=True):
    """A key of a tenant. Its private half is sealed."""

    id: SigningKeyId
    public_key: bytes
    private_key: bytes
    retired_at: datetime | None
    created_at: datetime


class Signer(msgspec.Struct, frozen=True):
    """Who signs now."""

    key_id: SigningKeyId
    private_key: Ed25519PrivateKey

    def sign(self, message: bytes) -> bytes:
        """The signature of a message."""
        return self.private_key.sign(message)


@final
class Signers(Tool):
    """Opens the tenants' private keys, and keeps those that are in use."""

    def __init__(self, vault: Vault, public_url: str) -> None:
        self.public_url = public_url
        self._vault = vault
        self._opened: dict[TenantId, tuple[float, Signer]] = {}

    async def of(self, tx: Tx) -> Signer:
        """Who signs for this tenant. The first handoff makes the first key.

        Where the key was replaced just now, the one before may sign a little longer.
        """
        now = time.monotonic()
        known = self._opened.get(tx.tenant_id)
        if known is not None and known[0] > now:
            return known[1]
        key = await current_key(tx, tenant_id=tx.tenant_id)
        if key is not None:
            signer = self._open(tx.tenant_id, key)
            return self._keep(tx.tenant_id, signer, until=now + KEPT_SECONDS)
        await self.make(tx)
        made = await current_key(tx, tenant_id=tx.tenant_id)
        if made is None:
            raise LookupError("a key was made, and is not there")
        return self._open(tx.tenant_id, made)  # not kept: this transaction may be undone

    async def make(self, tx: Tx) -> SigningKeyId | None:
        """Have a new key sign, unless another has just begun to."""
        private = Ed25519PrivateKey.generate()
        sealed = self._vault.seal(private.private_bytes_raw(), place=_place(tx.tenant_id))
        public = private.public_key().public_bytes_raw()
        return await insert_key(tx, public_key=public, private_key=sealed)

    async def replace(self, tx: Tx) -> None:
        """Have a new key sign from now on."""
        retired = await retire_key(tx, tenant_id=tx.tenant_id)
        made = await self.make(tx)
        self._opened.pop(tx.tenant_id, None)
        if made is not None:
            before = {"id": retired} if retired else None
            after = {"id": made}
            await audit.record(
                tx, "signing_key.replaced", type="signing_key", id=made, before=before, after=after
            )

    def _open(self, tenant_id: TenantId, key: SigningKey) -> Signer:
        raw = self._vault.open(key.private_key, place=_place(tenant_id))
        return Signer(key.id, Ed25519PrivateKey.from_private_bytes(raw))

    def _keep(self, tenant_id: TenantId, signer: Signer, *, until: float) -> Signer:
        while len(self._opened) >= MOST_KEPT:
            del self._opened[next(iter(self._opened))]
        self._opened[tenant_id] = until, signer
        return signer


def _place(tenant_id: TenantId) -> bytes:
    return b"signing key of " + tenant_id.bytes


@sql
async def current_key(tx: Tx, *, tenant_id: TenantId) -> SigningKey | None: ...


@sql
async def published_keys(
    tx: Tx, *, tenant_id: TenantId, retired_after: datetime
) -> list[SigningKey]: ...


@sql
async def insert_key(tx: Tx, *, public_key: bytes, private_key: bytes) -> SigningKeyId | None: ...


@sql
async def retire_key(tx: Tx, *, tenant_id: TenantId) -> SigningKeyId | None: ...
