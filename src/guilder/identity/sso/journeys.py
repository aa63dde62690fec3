"""Journeys: somebody goes to an issuer and comes back, once, within ten minutes.

What they bring back names the tenant, and is kept as a hash. Who began in a browser ends in the
same one: it holds a secret of its own, of which the hash is kept too.
"""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from guilder.db import Pool, Tx, sql, tenant_transaction
from guilder.kernel import Problem, TenantId, Vault, hash_of, new_token, read_token

from .openid import Code
from .provider import IdentityProvider, ProviderId
from .returning import Place

PREFIX: Final = "go"
RANDOM_BYTES: Final = 32


class StateNotKnown(Problem, status=403):
    """This sign-in was not begun here, has ended, or took more than ten minutes: begin again."""


class Journey(msgspec.Struct, frozen=True):
    """Somebody on the way, with what only we know of it."""

    id: UUID
    provider_id: ProviderId
    nonce: str
    verifier_sealed: bytes
    redirect_url: str
    return_to: str | None
    used_at: datetime


class Begun(msgspec.Struct, frozen=True):
    """What is told to the issuer, and, but for the verifier, to who goes there."""

    state: str
    nonce: str
    verifier: str


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody brings back from an issuer, and the secret of their browser."""

    code: str
    state: str
    issuer: str | None = None
    browser: str | None = None


class Taken(msgspec.Struct, frozen=True):
    """A journey that has come to its end, at a provider that is in use still."""

    tenant_id: TenantId
    provider: IdentityProvider
    code: Code
    return_to: str | None


async def begin(
    tx: Tx, vault: Vault, provider: IdentityProvider, *, place: Place, browser: str | None
) -> Begun:
    """Let somebody go. Journeys whose time is over are forgotten on the way."""
    begun = Begun(new_token(PREFIX, tx.tenant_id), _random(), _random())
    await forget_journeys(tx, tenant_id=tx.tenant_id)
    await insert_journey(
        tx,
        provider_id=provider.id,
        state_hash=hash_of(begun.state),
        browser_hash=hash_of(browser) if browser else None,
        nonce=begun.nonce,
        verifier_sealed=vault.seal(begun.verifier.encode(), place=_place(begun.state)),
        redirect_url=place.redirect_url,
        return_to=place.return_to,
    )
    return begun


async def take(pool: Pool, vault: Vault, returned: Return) -> Taken:
    """End a journey. Whoever comes second with the same state comes too late."""
    named = read_token(returned.state)
    if named is None or named.prefix != PREFIX:
        raise StateNotKnown
    async with tenant_transaction(pool, named.tenant_id) as tx:
        journey = await use_journey(
            tx,
            tenant_id=tx.tenant_id,
            state_hash=hash_of(returned.state),
            browser_hash=hash_of(returned.browser) if returned.browser else None,
        )
        if journey is None:
            raise StateNotKnown
        provider = await find_active(tx, tenant_id=tx.tenant_id, provider_id=journey.provider_id)
    if provider is None:
        raise StateNotKnown
    code = Code(
        text=returned.code,
        verifier=vault.open(journey.verifier_sealed, place=_place(returned.state)).decode(),
        nonce=journey.nonce,
        redirect_url=journey.redirect_url,
        asked_at=journey.used_at,
    )
    return Taken(named.tenant_id, provider, code, journey.return_to)


def new_browser() -> str:
    """A secret for a browser to keep."""
    return _random()


def _random() -> str:
    return secrets.token_urlsafe(RANDOM_BYTES)


def _place(state: str) -> bytes:
    return b"sso journey " + hash_of(state)


@sql
async def insert_journey(
    tx: Tx,
    *,
    provider_id: ProviderId,
    state_hash: bytes,
    browser_hash: bytes | None,
    nonce: str,
    verifier_sealed: bytes,
    redirect_url: str,
    return_to: str | None,
) -> None: ...


@sql
async def use_journey(
    tx: Tx, *, tenant_id: TenantId, state_hash: bytes, browser_hash: bytes | None
) -> Journey | None: ...


@sql
async def find_active(
    tx: Tx, *, tenant_id: TenantId, provider_id: ProviderId
) -> IdentityProvider | None: ...


@sql
async def forget_journeys(tx: Tx, *, tenant_id: TenantId) -> None: ...
