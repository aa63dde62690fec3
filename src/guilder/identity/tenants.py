"""Tenants: founded, changed, suspended, resumed, cancelled."""

import re
import unicodedata
from typing import Any, Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Currency, Move, Problem, TenantId, currency

from . import audit
from .roles import found_roles
from .tenant import (
    StellarNetwork,
    Tenant,
    TenantChanges,
    TenantCreated,
    TenantLife,
    TenantStatus,
    TenantStatusChanged,
    TenantUpdated,
    Tier,
)
from .users import UserId

MAX_NAME: Final = 200
MAX_SLUG: Final = 63
SLUG: Final = re.compile(r"[a-z0-9](-?[a-z0-9])*")


class TenantNotFound(Problem, status=404):
    """There is no such tenant."""


class SlugTaken(Problem, status=409):
    """Another tenant has this slug."""

    slug: str


class SlugNotValid(Problem, status=422):
    """A slug is letters a to z, digits and single hyphens between them, at most 63."""

    slug: str


class NameNotValid(Problem, status=422):
    """A name has 1 to 200 characters."""


async def create_tenant(
    tx: Tx, *, name: str, slug: str | None = None, tier: Tier = Tier.FREE
) -> Tenant:
    """Found the tenant that this transaction names, with an id from `new_tenant_id`.

    Its first row is written under its own row security, so nobody founds another's.
    """
    name = _readable(name)
    if slug is not None and not (SLUG.fullmatch(slug) and len(slug) <= MAX_SLUG):
        raise SlugNotValid(slug=slug[: MAX_SLUG + 1])
    wanted = slug or slug_from(name)
    tenant = await insert_tenant(tx, name=name, slug=wanted, tier=tier)
    if tenant is None and slug is None:
        unlike = f"{wanted[: MAX_SLUG - 13]}-{tx.tenant_id.hex[-12:]}"
        tenant = await insert_tenant(tx, name=name, slug=unlike, tier=tier)
    if tenant is None:
        raise SlugTaken(slug=wanted)
    await found_roles(tx)
    tx.emit(TenantCreated(tenant.id, tenant))
    return tenant


def _readable(name: str) -> str:
    """The name without the space around it, if there is something to read."""
    if not 1 <= len(name.strip()) <= MAX_NAME:
        raise NameNotValid
    return name.strip()


def slug_from(name: str) -> str:
    """What a name becomes in an address; `tenant` where no letter of it can be kept."""
    plain = (
        unicodedata.normalize("NFKD", name.casefold().replace("'", ""))
        .encode("ascii", "ignore")
        .decode()
    )
    words = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words)[:MAX_SLUG].strip("-") or "tenant"


async def current_tenant(tx: Tx) -> Tenant:
    """The tenant of this transaction."""
    found = await find_tenant(tx, tenant_id=tx.tenant_id)
    if found is None:
        raise TenantNotFound
    return found


async def update_tenant(tx: Tx, changes: TenantChanges) -> Tenant:
    """Change the tenant's details. What is the same afterwards is not told."""
    locked = await lock_tenant(tx, tenant_id=tx.tenant_id)
    if locked is None:
        raise TenantNotFound
    wanted = changes.applied_to(locked)
    wanted = msgspec.structs.replace(
        wanted, name=_readable(wanted.name), default_currency=currency(wanted.default_currency)
    )
    if wanted == locked:
        return locked
    changed = await set_details(
        tx,
        tenant_id=wanted.id,
        name=wanted.name,
        description=wanted.description,
        billing_email=wanted.billing_email,
        default_currency=wanted.default_currency,
        stellar_network=wanted.stellar_network,
        statement_descriptor=wanted.statement_descriptor,
        metadata=wanted.metadata,
    )
    tx.emit(TenantUpdated(changed.id, changed))
    await audit.record(
        tx, "tenant.updated", type="tenant", id=changed.id, before=locked, after=changed
    )
    return changed


async def suspend(tx: Tx) -> Tenant:
    """Let the tenant read and no longer write."""
    return await _change(tx, TenantLife.suspend, action="tenant.suspended")


async def resume(tx: Tx) -> Tenant:
    """Let the tenant write again."""
    return await _change(tx, TenantLife.resume, action="tenant.resumed")


async def cancel(tx: Tx) -> Tenant:
    """End the tenant's use for good. Its rows stay."""
    return await _change(tx, TenantLife.cancel, action="tenant.cancelled")


async def _change(tx: Tx, move: Move[TenantStatus], *, action: str) -> Tenant:
    locked = await lock_tenant(tx, tenant_id=tx.tenant_id)
    if locked is None:
        raise TenantNotFound
    changed = await set_status(tx, tenant_id=tx.tenant_id, status=move(locked.status))
    tx.emit(TenantStatusChanged(changed.id, changed))
    await audit.record(tx, action, type="tenant", id=changed.id, before=locked, after=changed)
    return changed


async def hand_over(tx: Tx, user_id: UserId) -> Tenant:
    """Make a member the owner, who holds everything and cannot be removed."""
    return await set_owner(tx, tenant_id=tx.tenant_id, owner_id=user_id)


@sql
async def new_tenant_id(tx: Tx) -> TenantId: ...


@sql
async def insert_tenant(tx: Tx, *, name: str, slug: str, tier: Tier) -> Tenant | None: ...


@sql
async def find_tenant(tx: Tx, *, tenant_id: TenantId) -> Tenant | None: ...


@sql
async def lock_tenant(tx: Tx, *, tenant_id: TenantId) -> Tenant | None: ...


@sql
async def set_details(
    tx: Tx,
    *,
    tenant_id: TenantId,
    name: str,
    description: str | None,
    billing_email: str | None,
    default_currency: Currency,
    stellar_network: StellarNetwork,
    statement_descriptor: str | None,
    metadata: dict[str, Any],
) -> Tenant: ...


@sql
async def set_status(tx: Tx, *, tenant_id: TenantId, status: TenantStatus) -> Tenant: ...


@sql
async def set_owner(tx: Tx, *, tenant_id: TenantId, owner_id: UserId) -> Tenant: ...


@sql
async def all_tenants(tx: Tx, *, most: int) -> list[Tenant]: ...
