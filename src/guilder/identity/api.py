"""The identity API: the tenant, its API keys, and what it may use."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder import identity
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, patch, post
from guilder.identity import (
    ApiKey,
    ApiKeyId,
    Counts,
    KeyKind,
    KeyMode,
    QuotaUse,
    StellarNetwork,
    Tenant,
    TenantChanges,
    TenantStatus,
    Tier,
)
from guilder.kernel import Actor, Currency, CurrencyNotKnown, Metadata, TenantId
from guilder.manifest import PERMISSIONS

from .tenant import TenantName

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Shop server"])]
Scope = Annotated[str, Meta(max_length=100, examples=["api_keys:read"])]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=100)]
Slug = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=63,
        description="Its name in addresses. What leads to the one of before leads nowhere then.",
        examples=["tulips"],
    ),
]
Domain = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=254,
        description="The full name of a host that is the tenant's, without scheme and path.",
        examples=["shop.tulips.example"],
    ),
]
Description = Annotated[str, Meta(max_length=2000, examples=["Bulbs, and what grows of them."])]
Email = Annotated[
    str,
    Meta(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$(?!\n)", examples=["billing@tulips.example"]),
]
CurrencyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)", examples=["EUR"])]
Descriptor = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=22,
        description="What buyers read on their statements.",
        examples=["TULIP AND SONS"],
    ),
]


Address = Annotated[str, Meta(max_length=50, examples=["203.0.113.0/24"])]
Addresses = Annotated[list[Address], Meta(max_length=50)]
Overlap = Annotated[
    int,
    Meta(
        ge=0,
        le=2_592_000,
        description="For how many seconds the old secret opens still, 30 days at most.",
        examples=[86_400],
    ),
]


class RotationBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a key shall be given another secret."""

    overlap_seconds: Overlap = 86_400


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key shall be."""

    name: Name
    scopes: Scopes
    mode: KeyMode = KeyMode.LIVE
    kind: KeyKind = KeyKind.SECRET
    allowed_addresses: Addresses = []
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    metadata: Metadata = {}


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without its secret."""

    id: ApiKeyId
    name: Name
    mode: KeyMode
    kind: KeyKind
    hint: Annotated[str, Meta(description="The last four characters.", examples=["9f3c"])]
    scopes: Scopes
    is_revoked: bool
    created_by: Annotated[str, Meta(description="Who made it.", examples=["operator"])]
    allowed_addresses: Addresses
    replaced_by: ApiKeyId | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    metadata: Metadata
    created_at: datetime


class IssuedApiKey(ApiKeyView, frozen=True, kw_only=True):
    """A new key with its secret, which is shown this once."""

    secret: Annotated[str, Meta(examples=["gk_live_…"])]


class TenantSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a tenant's sales where nothing else is said."""

    default_currency: Currency
    stellar_network: StellarNetwork
    statement_descriptor: str | None


class TenantView(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant as its own programs see it."""

    id: TenantId
    name: str
    slug: str
    domain: str | None
    description: str | None
    owner_id: UUID | None
    subscription_tier: Tier
    status: TenantStatus
    billing_email: str | None
    settings: TenantSettings
    metadata: Metadata
    created_at: datetime
    updated_at: datetime


class SettingsPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings that shall be different."""

    default_currency: CurrencyCode | UnsetType = UNSET
    stellar_network: StellarNetwork | UnsetType = UNSET
    statement_descriptor: Descriptor | UnsetType | None = UNSET


class TenantPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a tenant shall be different."""

    name: TenantName | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    domain: Domain | UnsetType | None = UNSET
    description: Description | UnsetType | None = UNSET
    billing_email: Email | UnsetType | None = UNSET
    settings: SettingsPatch = SettingsPatch()
    metadata: Metadata | UnsetType = UNSET


class Quotas(msgspec.Struct, frozen=True):
    """Every quota of the tenant."""

    data: list[QuotaUse]


@post(
    "/v1/api-keys",
    "api_keys:write",
    problems=(
        identity.ScopeNotKnown,
        identity.ScopeNotHeld,
        identity.ScopeNotPublic,
        identity.AddressNotReadable,
        identity.LiveKeyNotAllowed,
        identity.EmailNotVerified,
        identity.ExpiryInThePast,
        identity.QuotaExceeded,
    ),
)
async def create_api_key(tx: Tx, actor: Actor, body: NewApiKey) -> IssuedApiKey:
    """Make a key.

    The secret is in this answer and nowhere else. A key can hold only scopes
    that the calling key holds.
    """
    identity.refuse_unknown(body.scopes, PERMISSIONS)
    issued = await identity.create_api_key(
        tx,
        actor,
        name=body.name,
        scopes=body.scopes,
        mode=body.mode,
        kind=body.kind,
        allowed_addresses=body.allowed_addresses,
        expires_at=body.expires_at,
        metadata=body.metadata,
    )
    return IssuedApiKey(secret=issued.secret, **_view(issued.key))


@get("/v1/api-keys", "api_keys:read")
async def list_api_keys(tx: Tx, page: Page, mode: KeyMode | None = None) -> Listing[ApiKeyView]:
    """List keys, newest first, the revoked ones too."""
    keys = await identity.newest_api_keys(
        tx, tenant_id=tx.tenant_id, mode=mode, before=page.after(ApiKeyId), most=page.most
    )
    return page.listing(keys, at=lambda key: key.id, show=show)


@get("/v1/api-keys/{key_id}", "api_keys:read", problems=(identity.ApiKeyNotFound,))
async def show_api_key(tx: Tx, key_id: ApiKeyId) -> ApiKeyView:
    """Look at one key."""
    return show(await identity.key_by_id(tx, key_id))


@delete(
    "/v1/api-keys/{key_id}",
    "api_keys:write",
    problems=(identity.ApiKeyNotFound, identity.LiveKeyNotAllowed),
)
async def revoke_api_key(tx: Tx, key_id: ApiKeyId) -> ApiKeyView:
    """Revoke a key.

    It opens nothing from the next request on, and stays in the list. Revoking
    it again changes nothing. It may open more than whoever revokes it holds:
    one that has leaked waits for nobody. A key for tests revokes no live one.
    """
    return show(await identity.revoke(tx, key_id))


@post(
    "/v1/api-keys/{key_id}/rotations",
    "api_keys:write",
    problems=(
        identity.ApiKeyNotFound,
        identity.KeyReplaced,
        identity.ScopeNotHeld,
        identity.LiveKeyNotAllowed,
        identity.EmailNotVerified,
        identity.ExpiryInThePast,
        identity.QuotaExceeded,
    ),
)
async def rotate_api_key(
    tx: Tx, actor: Actor, key_id: ApiKeyId, body: RotationBody
) -> IssuedApiKey:
    """Give a key another secret.

    The answer is a new key which may do the same. The old one opens until the overlap is over.
    """
    overlap = timedelta(seconds=body.overlap_seconds)
    issued = await identity.rotate(tx, actor, key_id, overlap=overlap)
    return IssuedApiKey(secret=issued.secret, **_view(issued.key))


@get("/v1/quotas", "quotas:read")
async def list_quotas(tx: Tx, counts: Counts) -> Quotas:
    """See what the tenant's tier allows, and what is used of it."""
    return Quotas(await identity.quota_use(tx, counts))


@get("/v1/tenant", "tenant:read")
async def show_tenant(tx: Tx) -> TenantView:
    """See the tenant to which the calling key belongs."""
    return show_whole(await identity.current_tenant(tx))


@patch(
    "/v1/tenant",
    "tenant:write",
    problems=(
        identity.NameNotValid,
        identity.SlugNotValid,
        identity.SlugTaken,
        identity.DomainNotValid,
        identity.DomainTaken,
        CurrencyNotKnown,
    ),
)
async def update_tenant(tx: Tx, body: TenantPatch) -> TenantView:
    """Change the tenant to which the calling key belongs.

    What is not sent stays as it is, and null takes away what may be missing.
    `metadata` is replaced as a whole.
    """
    return show_whole(await identity.update_tenant(tx, _changes(body)))


def _changes(body: TenantPatch) -> TenantChanges:
    named = msgspec.structs.asdict(body)
    return TenantChanges(**named | msgspec.structs.asdict(named.pop("settings")))


def show_whole(tenant: Tenant) -> TenantView:
    """A tenant as its own programs see it."""
    return msgspec.convert(
        {"settings": tenant, **msgspec.structs.asdict(tenant)}, TenantView, from_attributes=True
    )


def show(key: ApiKey) -> ApiKeyView:
    """A key as callers see it."""
    return ApiKeyView(**_view(key))


def _view(key: ApiKey) -> dict[str, Any]:
    fields = msgspec.structs.asdict(key)
    del fields["updated_at"]
    return fields | {"is_revoked": key.revoked_at is not None}


ENDPOINTS = (
    create_api_key,
    list_api_keys,
    show_api_key,
    revoke_api_key,
    rotate_api_key,
    list_quotas,
    show_tenant,
    update_tenant,
)
