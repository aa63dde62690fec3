"""The audit entry: who did what, and how one entry holds on to the one before.

What an entry says outside is its document. Its hash is taken of that document without the hash, as
JSON in UTF-8 with sorted names and no space, so anybody can take it again with what was exported.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from guilder.kernel import ActorKind, TenantId

GENESIS: Final = bytes(32)
"""What the first entry holds on to."""

Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", examples=["9f3c" * 16])]
Told = Annotated[dict[str, Any] | None, Meta(examples=[{"name": "Tulip & Sons"}])]


class AuditEntry(msgspec.Struct, frozen=True):
    """One entry, as it was written and stays."""

    position: int
    id: UUID
    action: str
    actor_kind: ActorKind
    actor_id: UUID | None
    address: str | None
    request_id: str | None
    object_type: str
    object_id: UUID
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    occurred_at: datetime
    previous_hash: bytes
    hash: bytes


class AuditHead(msgspec.Struct, frozen=True):
    """How far a tenant's entries go, and the hash of the last. Kept elsewhere, it is a proof."""

    position: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.hash.hex()}"


class AuditActor(msgspec.Struct, frozen=True):
    """Who did it."""

    kind: ActorKind
    id: UUID | None


class AuditObject(msgspec.Struct, frozen=True):
    """What it was done to."""

    type: Annotated[str, Meta(examples=["api_key"])]
    id: UUID


class AuditStatement(msgspec.Struct, frozen=True, kw_only=True):
    """All that an entry says, and that its hash is taken of."""

    tenant_id: TenantId
    position: Annotated[int, Meta(ge=1, description="Its place in the chain, without gaps.")]
    id: UUID
    action: Annotated[str, Meta(examples=["api_key.created"])]
    actor: AuditActor
    address: Annotated[str | None, Meta(examples=["192.0.2.7"])]
    request_id: str | None
    object: AuditObject
    before: Annotated[Told, Meta(description="What was otherwise. Never a secret.")]
    after: Annotated[Told, Meta(description="What is so from now on. Never a secret.")]
    occurred_at: datetime
    previous_hash: Annotated[Digest, Meta(description="The hash of the entry before.")]


class AuditDocument(AuditStatement, frozen=True, kw_only=True):
    """An entry as it is shown and exported."""

    hash: Digest


def document_of(tenant_id: TenantId, entry: AuditEntry) -> AuditDocument:
    """An entry as it is shown and exported."""
    return AuditDocument(**_fields(tenant_id, entry), hash=entry.hash.hex())


def hash_of(tenant_id: TenantId, entry: AuditEntry) -> bytes:
    """The hash that an entry has to carry, whatever it says that it is."""
    statement = AuditStatement(**_fields(tenant_id, entry))
    return hashlib.sha256(msgspec.json.encode(statement, order="sorted")).digest()


def _fields(tenant_id: TenantId, entry: AuditEntry) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "position": entry.position,
        "id": entry.id,
        "action": entry.action,
        "actor": AuditActor(entry.actor_kind, entry.actor_id),
        "address": entry.address,
        "request_id": entry.request_id,
        "object": AuditObject(entry.object_type, entry.object_id),
        "before": entry.before,
        "after": entry.after,
        "occurred_at": entry.occurred_at,
        "previous_hash": entry.previous_hash.hex(),
    }
