"""The API key: what a tenant's program shows, and what it may do with it.

A secret is `gk_live_` or `gk_test_`, the tenant, a random part and a checksum,
all in hexadecimal: anybody can recognise one offline, and it is looked up
within the tenant that it names. Only its hash is stored.
"""

import hashlib
import re
import secrets
import zlib
from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, Final, NewType
from uuid import UUID

import msgspec

from guilder.kernel import Fact, TenantId

ApiKeyId = NewType("ApiKeyId", UUID)

RANDOM_BYTES: Final = 24
CHECKSUM_CHARACTERS: Final = 8
SECRET: Final = re.compile(r"gk_(live|test)_([0-9a-f]{32})[0-9a-f]{48}[0-9a-f]{8}")


class KeyMode(StrEnum):
    """Whether a key moves real money."""

    LIVE = auto()
    TEST = auto()


class KeyKind(StrEnum):
    """Where a key lives: on a server, or in a page that everybody can read."""

    SECRET = auto()
    PUBLISHABLE = auto()


class ApiKey(msgspec.Struct, frozen=True):
    """A key as it is known after its creation: never with its secret."""

    id: ApiKeyId
    name: str
    mode: KeyMode
    kind: KeyKind
    hint: str
    scopes: list[str]
    created_by: str
    allowed_addresses: list[str]
    replaced_by: ApiKeyId | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class ApiKeyCreated(Fact, frozen=True):
    """A program was given a key."""

    name: ClassVar[str] = "api_key.created"
    data: ApiKey


class ApiKeyRevoked(Fact, frozen=True):
    """A key opens nothing any more."""

    name: ClassVar[str] = "api_key.revoked"
    data: ApiKey


def new_secret(tenant_id: TenantId, mode: KeyMode) -> str:
    """Make a secret, to be shown once."""
    body = f"gk_{mode}_{tenant_id.hex}{secrets.token_hex(RANDOM_BYTES)}"
    return body + _checksum(body)


def tenant_in(secret: str) -> TenantId | None:
    """The tenant that a secret names; None for what was never one of ours."""
    written = SECRET.fullmatch(secret)
    if written is None or _checksum(secret[:-CHECKSUM_CHARACTERS]) != secret[-CHECKSUM_CHARACTERS:]:
        return None
    return TenantId(UUID(hex=written[2]))


def hash_of(secret: str) -> bytes:
    """How a secret is remembered: it is random enough that a plain hash hides it."""
    return hashlib.sha256(secret.encode()).digest()


def _checksum(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"
