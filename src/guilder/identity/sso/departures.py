"""Departures: somebody names a tenant and its provider, and is told where to go."""

from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, system_statement, tenant_transaction
from guilder.kernel import TenantId

from .journeys import begin
from .openid import Issuers, authorization_url
from .provider import IdentityProvider
from .providers import IdentityProviderNotFound
from .returning import Place, own_place, place_elsewhere


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """With whom somebody wants to sign in, where they go then, and the secret of their browser."""

    tenant: str
    provider: str
    return_to: str | None
    browser: str | None = None


class Departure(msgspec.Struct, frozen=True):
    """Where to go, and what will be brought back from there."""

    authorization_url: str
    state: str


async def depart(pool: Pool, issuers: Issuers, wanted: Wanted) -> Departure:
    """Begin a journey to the issuer. Which tenants there are is told to nobody."""
    tenant_id = await _tenant(pool, wanted.tenant)
    if tenant_id is None:
        raise IdentityProviderNotFound
    async with tenant_transaction(pool, tenant_id) as tx:
        provider = await find_in_use(tx, tenant_id=tenant_id, name=wanted.provider)
    if provider is None:
        raise IdentityProviderNotFound
    place = _place(issuers, provider, wanted)
    metadata = await issuers.metadata(provider.issuer)
    async with tenant_transaction(pool, tenant_id) as tx:
        begun = await begin(tx, issuers.vault, provider, place=place, browser=wanted.browser)
    url = authorization_url(
        metadata,
        client_id=provider.client_id,
        redirect_url=place.redirect_url,
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
    )
    return Departure(url, begun.state)


def _place(issuers: Issuers, provider: IdentityProvider, wanted: Wanted) -> Place:
    """Who begins in a browser of ours comes back to us, and whoever asks for another, to them."""
    if wanted.browser is not None:
        return own_place(wanted.return_to, public_url=issuers.public_url)
    return place_elsewhere(
        wanted.return_to, public_url=issuers.public_url, origins=provider.return_origins
    )


async def _tenant(pool: Pool, named: str) -> TenantId | None:
    try:
        return TenantId(UUID(named))
    except ValueError:
        pass
    async with system_statement(pool) as tx:
        return await find_tenant_by_slug(tx, slug=named)


@sql
async def find_tenant_by_slug(tx: Tx, *, slug: str) -> TenantId | None: ...


@sql
async def find_in_use(tx: Tx, *, tenant_id: TenantId, name: str) -> IdentityProvider | None: ...
