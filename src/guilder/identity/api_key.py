"""The API key: what a tenant's program shows, and what it may do with it.

A secret is a token whose prefix says whether it moves real money, and whether it
may be read by everybody. Only its hash is stored.
"""

from datetime import datetime
from enum import StrEnum, auto
from typing import Any, ClassVar, Final, NewType
from uuid import UUID

import msgspec

from guilder.kernel import Fact

ApiKeyId = NewType("ApiKeyId", UUID)


class KeyMode(StrEnum):
    """Whether a key moves real money."""

    LIVE = auto()
    TEST = auto()


class KeyKind(StrEnum):
    """Where a key lives: on a server, or in a page that everybody can read."""

    SECRET = auto()
    PUBLISHABLE = auto()


PREFIXES: Final = {
    (KeyKind.SECRET, KeyMode.LIVE): "gk_live",
    (KeyKind.SECRET, KeyMode.TEST): "gk_test",
    (KeyKind.PUBLISHABLE, KeyMode.LIVE): "gpk_live",
    (KeyKind.PUBLISHABLE, KeyMode.TEST): "gpk_test",
}


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


PUBLIC_SCOPES: Final = ("storefront:read", "storefront:write")
"""All that a publishable key may hold: what a buyer may see and do."""


class ApiKeyCreated(Fact, frozen=True):
    """A program was given a key."""

    name: ClassVar[str] = "api_key.created"
    data: ApiKey


class ApiKeyRotated(Fact, frozen=True):
    """A key has another secret, and opens under the old one for a while only."""

    name: ClassVar[str] = "api_key.rotated"
    data: ApiKey


class ApiKeyRevoked(Fact, frozen=True):
    """A key opens nothing any more."""

    name: ClassVar[str] = "api_key.revoked"
    data: ApiKey
