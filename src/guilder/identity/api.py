"""The identity API: API keys, and what the tenant may use."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guilder import identity
from guilder.db import Tx
from guilder.http import Listing, Page, delete, get, post
from guilder.kernel import Actor

from .api_key import ApiKey, ApiKeyId, KeyMode
from .api_keys import (
    ApiKeyNotFound,
    ExpiryInThePast,
    LiveKeyNotAllowed,
    ScopeNotHeld,
    ScopeNotKnown,
    newest_api_keys,
)
from .quotas import QuotaExceeded, QuotaUse
from .tenant import Tenant

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Shop server"])]
Scope = Annotated[str, Meta(max_length=100, examples=["api_keys:read"])]
Scopes = Annotated[list[Scope], Meta(min_length=1, max_length=100)]
Metadata = Annotated[
    dict[Annotated[str, Meta(max_length=100)], Any],
    Meta(max_length=50, examples=[{"team": "checkout"}]),
]


class NewApiKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a key shall be."""

    name: Name
    scopes: Scopes
    mode: KeyMode = KeyMode.LIVE
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None
    metadata: Metadata = {}


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key, without its secret."""

    id: ApiKeyId
    name: Name
    mode: KeyMode
    hint: Annotated[str, Meta(description="The last four characters.", examples=["9f3c"])]
    scopes: Scopes
    is_revoked: bool
    created_by: Annotated[str, Meta(description="Who made it.", examples=["operator"])]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    metadata: Metadata
    created_at: datetime


class IssuedApiKey(ApiKeyView, frozen=True, kw_only=True):
    """A new key with its secret, which is shown this once."""

    secret: Annotated[str, Meta(examples=["gk_live_…"])]


class Quotas(msgspec.Struct, frozen=True):
    """Every quota of the tenant."""

    data: list[QuotaUse]


@post(
    "/v1/api-keys",
    "api_keys:write",
    problems=(ScopeNotKnown, ScopeNotHeld, LiveKeyNotAllowed, ExpiryInThePast, QuotaExceeded),
)
async def create_api_key(tx: Tx, actor: Actor, body: NewApiKey) -> IssuedApiKey:
    """Make a key.

    The secret is in this answer and nowhere else. A key can hold only scopes
    that the calling key holds.
    """
    issued = await identity.create_api_key(
        tx,
        actor,
        name=body.name,
        scopes=body.scopes,
        mode=body.mode,
        expires_at=body.expires_at,
        metadata=body.metadata,
    )
    return IssuedApiKey(secret=issued.secret, **_view(issued.key))


@get("/v1/api-keys", "api_keys:read")
async def list_api_keys(tx: Tx, page: Page, mode: KeyMode | None = None) -> Listing[ApiKeyView]:
    """List keys, newest first, the revoked ones too."""
    keys = await newest_api_keys(
        tx, tenant_id=tx.tenant_id, mode=mode, before=page.after(ApiKeyId), most=page.most
    )
    return page.listing(keys, at=lambda key: key.id, show=show)


@get("/v1/api-keys/{key_id}", "api_keys:read", problems=(ApiKeyNotFound,))
async def show_api_key(tx: Tx, key_id: ApiKeyId) -> ApiKeyView:
    """Look at one key."""
    return show(await identity.key_by_id(tx, key_id))


@delete("/v1/api-keys/{key_id}", "api_keys:write", problems=(ApiKeyNotFound,))
async def revoke_api_key(tx: Tx, key_id: ApiKeyId) -> ApiKeyView:
    """Revoke a key.

    It opens nothing from the next request on, and stays in the list. Revoking
    it again changes nothing.
    """
    return show(await identity.revoke(tx, key_id))


@get("/v1/quotas", "quotas:read")
async def list_quotas(tx: Tx) -> Quotas:
    """See what the tenant's tier allows, and what is used of it."""
    return Quotas(await identity.quota_use(tx))


@get("/v1/tenant", "tenant:read")
async def show_tenant(tx: Tx) -> Tenant:
    """See the tenant to which the calling key belongs."""
    return await identity.current_tenant(tx)


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
    list_quotas,
    show_tenant,
)
