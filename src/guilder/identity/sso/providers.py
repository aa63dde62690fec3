"""Identity providers: set up by whoever may do everything, and taken away."""

import msgspec
from msgspec import UNSET, UnsetType

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.roles import LiveActorNeeded, RoleId
from guilder.identity.verified import Serious, require_verified
from guilder.kernel import Actor, Problem, TenantId, Vault
from guilder.outbound import AddressNotValid, target_of

from .provider import IdentityProvider, show
from .returning import is_origin


class IdentityProviderNotFound(Problem, status=404):
    """There is no such identity provider."""


class IssuerNotValid(Problem, status=422):
    """An issuer is an address with https, without `?` and `#`, as it writes itself."""


class OriginNotValid(Problem, status=422):
    """An origin is `https://` and a host, without a path; on one's own machine also `http://`."""

    origins: list[str]


class RoleNeeded(Problem, status=422):
    """Who admits new users says which role they are given: one of the tenant, not the owner's."""


class IssuerStays(Problem, status=409):
    """A provider keeps its issuer: take it away, and set it up anew for another."""


class SecretNeededAgain(Problem, status=422):
    """A client's secret is for one issuer and one client: give that of the new one, or null."""


class NotYoursToSetUp(Problem, status=403):
    """What an issuer says lets people in, the owner too: who sets one up holds `*`."""


class Setup(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider shall be. A secret that is not given stays, and null takes it away."""

    title: str
    issuer: str
    client_id: str
    client_secret: str | UnsetType | None
    email_domains: list[str]
    return_origins: list[str]
    admits_new_users: bool
    role_id: RoleId | None
    is_active: bool


async def put_provider(
    tx: Tx, actor: Actor, name: str, *, setup: Setup, vault: Vault
) -> IdentityProvider:
    """Set up an identity provider, or change how it is used."""
    _require_everything(actor)
    require_verified(actor, Serious.IDENTITY_PROVIDER)
    await _refuse_what_cannot_be(tx, setup)
    before = await lock_provider(tx, tenant_id=tx.tenant_id, name=name)
    if before is not None and before.issuer != setup.issuer:
        raise IssuerStays
    provider = await save_provider(
        tx,
        name=name,
        title=setup.title.strip(),
        issuer=setup.issuer,
        client_id=setup.client_id,
        client_secret_sealed=_sealed(vault, tx.tenant_id, name, setup=setup, before=before),
        email_domains=sorted({domain.lower() for domain in setup.email_domains}),
        return_origins=sorted(set(setup.return_origins)),
        admits_new_users=setup.admits_new_users,
        role_id=setup.role_id,
        is_active=setup.is_active,
    )
    if provider.issuer != setup.issuer:  # somebody was first, at the same moment
        raise IssuerStays
    await audit.record(
        tx,
        "identity_provider.changed" if before else "identity_provider.created",
        type="identity_provider",
        id=provider.id,
        before=show(before) if before else None,
        after=show(provider),
    )
    return provider


async def provider_named(tx: Tx, name: str) -> IdentityProvider:
    """A provider of the tenant."""
    found = await find_provider(tx, tenant_id=tx.tenant_id, name=name)
    if found is None:
        raise IdentityProviderNotFound
    return found


async def forget_provider(tx: Tx, actor: Actor, name: str) -> None:
    """Take a provider away, with whoever is on the way to it. Users who came by it stay."""
    _require_everything(actor)
    gone = await delete_provider(tx, tenant_id=tx.tenant_id, name=name)
    if gone is None:
        raise IdentityProviderNotFound
    await audit.record(
        tx, "identity_provider.deleted", type="identity_provider", id=gone.id, before=show(gone)
    )


def secret_of(vault: Vault, tenant_id: TenantId, provider: IdentityProvider) -> str | None:
    """The client's secret, for the issuer alone."""
    sealed = provider.client_secret_sealed
    if sealed is None:
        return None
    return vault.open(sealed, place=_place(tenant_id, provider.name)).decode()


def _require_everything(actor: Actor) -> None:
    """Refuse whoever holds less, and a key for tests, since an issuer lets people in in earnest."""
    if not actor.is_live:
        raise LiveActorNeeded
    if not actor.allows("*"):
        raise NotYoursToSetUp


async def _refuse_what_cannot_be(tx: Tx, setup: Setup) -> None:
    try:
        target_of(setup.issuer)
    except AddressNotValid as wrong:
        raise IssuerNotValid from wrong
    if "?" in setup.issuer or "#" in setup.issuer:
        raise IssuerNotValid
    if strange := [origin for origin in setup.return_origins if not is_origin(origin)]:
        raise OriginNotValid(origins=strange)
    if setup.role_id is None:
        if setup.admits_new_users:
            raise RoleNeeded
    elif await hold_role(tx, tenant_id=tx.tenant_id, role_id=setup.role_id) is None:
        raise RoleNeeded


def _sealed(
    vault: Vault,
    tenant_id: TenantId,
    name: str,
    *,
    setup: Setup,
    before: IdentityProvider | None,
) -> bytes | None:
    """The secret as it is kept. None is ever shown to another issuer than the one it is of."""
    if setup.client_secret is None:
        return None
    if setup.client_secret is not UNSET:
        return vault.seal(setup.client_secret.encode(), place=_place(tenant_id, name))
    if before is None or before.client_secret_sealed is None:
        return None
    if before.client_id != setup.client_id:
        raise SecretNeededAgain
    return before.client_secret_sealed


def _place(tenant_id: TenantId, name: str) -> bytes:
    return f"identity provider {tenant_id} {name}".encode()


@sql
async def all_providers(tx: Tx, *, tenant_id: TenantId) -> list[IdentityProvider]: ...


@sql
async def find_provider(tx: Tx, *, tenant_id: TenantId, name: str) -> IdentityProvider | None: ...


@sql
async def lock_provider(tx: Tx, *, tenant_id: TenantId, name: str) -> IdentityProvider | None: ...


@sql
async def hold_role(tx: Tx, *, tenant_id: TenantId, role_id: RoleId) -> RoleId | None: ...


@sql
async def save_provider(
    tx: Tx,
    *,
    name: str,
    title: str,
    issuer: str,
    client_id: str,
    client_secret_sealed: bytes | None,
    email_domains: list[str],
    return_origins: list[str],
    admits_new_users: bool,
    role_id: RoleId | None,
    is_active: bool,
) -> IdentityProvider: ...


@sql
async def delete_provider(tx: Tx, *, tenant_id: TenantId, name: str) -> IdentityProvider | None: ...
