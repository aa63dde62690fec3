"""Tenants: founded, changed, suspended, resumed, cancelled."""

from typing import Any, Final

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import Currency, Move, Problem, TenantId, currency, is_legible

from . import audit
from .place import MAX_SLUG, DomainTaken, SlugTaken, normal_domain, require_slug, slug_from
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


class TenantNotFound(Problem, status=404):
    """There is no such tenant."""


class NameNotValid(Problem, status=422):
    """A name has 1 to 200 characters, and none that controls how it is written."""


async def create_tenant(
    tx: Tx, *, name: str, slug: str | None = None, tier: Tier = Tier.FREE
) -> Tenant:
    """Found the tenant that this transaction names, with an id from `new_tenant_id`.

    Its first row is written under its own row security, so nobody founds another's.
    """
    name = _readable(name)
    wanted = slug_from(name) if slug is None else require_slug(slug)
    tenant = await insert_tenant(tx, name=name, slug=wanted, tier=tier)
    if tenant is None and slug is None:
        unlike = slug_from(f"{wanted[: MAX_SLUG - 13]}-{tx.tenant_id.hex[-12:]}")
        tenant = await insert_tenant(tx, name=name, slug=unlike, tier=tier)
    if tenant is None:
        raise SlugTaken(slug=wanted)
    await found_roles(tx)
    tx.emit(TenantCreated(tenant.id, tenant))
    return tenant


def _readable(name: str) -> str:
    """The name without the space around it, if there is something to read."""
    if not 1 <= len(name.strip()) <= MAX_NAME or not is_legible(name.strip()):
        raise NameNotValid
    return name.strip()


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
    wanted = _normal(changes.applied_to(locked))
    if wanted == locked:
        return locked
    if (wanted.slug, wanted.domain) != (locked.slug, locked.domain):
        await _take_place(tx, wanted)
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


def _normal(wanted: Tenant) -> Tenant:
    """The tenant as it is written down, if it can be so."""
    return msgspec.structs.replace(
        wanted,
        name=_readable(wanted.name),
        slug=require_slug(wanted.slug),
        domain=None if wanted.domain is None else normal_domain(wanted.domain),
        default_currency=currency(wanted.default_currency),
    )


async def _take_place(tx: Tx, wanted: Tenant) -> None:
    """Let the tenant be found by another slug and domain, unless another one is found by them."""
    match await take_place(tx, slug=wanted.slug, domain=wanted.domain):
        case "slug":
            raise SlugTaken(slug=wanted.slug)
        case "domain":
            raise DomainTaken(domain=wanted.domain or "")


async def change_tier(tx: Tx, tier: Tier) -> Tenant:
    """Have the tenant subscribe to another tier, whose quotas hold from the next request on.

    What is there already stays, also where it is more than the new tier allows.
    """
    locked = await lock_tenant(tx, tenant_id=tx.tenant_id)
    if locked is None:
        raise TenantNotFound
    if locked.subscription_tier is tier:
        return locked
    changed = await set_tier(tx, tenant_id=tx.tenant_id, tier=tier)
    tx.emit(TenantUpdated(changed.id, changed))
    await audit.record(
        tx, "tenant.tier_changed", type="tenant", id=changed.id, before=locked, after=changed
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
async def take_place(tx: Tx, *, slug: str, domain: str | None) -> str | None: ...


@sql
async def set_tier(tx: Tx, *, tenant_id: TenantId, tier: Tier) -> Tenant: ...


@sql
async def set_status(tx: Tx, *, tenant_id: TenantId, status: TenantStatus) -> Tenant: ...


@sql
async def set_owner(tx: Tx, *, tenant_id: TenantId, owner_id: UserId) -> Tenant: ...


@sql
async def all_tenants(tx: Tx, *, most: int) -> list[Tenant]: ...
