"""Founding: a user who has signed in founds another tenant, and owns it."""

from functools import partial
from typing import Final

import msgspec

from guilder.db import Tx, sql, transact
from guilder.http import Caller
from guilder.identity import audit
from guilder.identity.members import add_member
from guilder.identity.roles import BuiltIn, role_ids
from guilder.identity.tenant import Tenant, TenantStatus
from guilder.identity.tenants import create_tenant, find_tenant, hand_over
from guilder.identity.users import Home, UserId
from guilder.kernel import Actor, Problem, TenantId

from .memberships import memberships_of

MOST_OWNED: Final = 20
"""So many tenants one user may own. Each has a tier of its own, so without an end none counts."""


class TooManyTenants(Problem, status=409):
    """You own as many tenants as one may. Hand one over, or cancel it."""

    maximum: int


class Founding(msgspec.Struct, frozen=True):
    """A tenant that shall be there, under an id of its own: founded twice, it is one."""

    tenant_id: TenantId
    founder: Home
    name: str
    slug: str | None


async def require_room_to_found(tx: Tx, user_id: UserId) -> None:
    """Refuse another tenant to whoever owns as many as one may."""
    owned = [
        one
        for one in await memberships_of(tx, user_id)
        if one.is_owner and one.status is not TenantStatus.CANCELLED
    ]
    if len(owned) >= MOST_OWNED:
        raise TooManyTenants(maximum=MOST_OWNED)


async def found(caller: Caller, founding: Founding) -> Tenant:
    """Found the tenant, with its founder as owner and member, if it is not there yet."""
    founder = await caller.transact(_who)
    within = msgspec.structs.replace(founder, tenant_id=founding.tenant_id, scopes=frozenset({"*"}))
    begin = partial(_begin, founding=founding)
    return await transact(caller.pool, founding.tenant_id, begin, actor=within)


async def _who(_: Tx, actor: Actor) -> Actor:
    return actor


async def _begin(tx: Tx, *, founding: Founding) -> Tenant:
    await hold_id(tx, tenant_id=tx.tenant_id)
    known = await find_tenant(tx, tenant_id=tx.tenant_id)
    if known is not None:
        return known
    await create_tenant(tx, name=founding.name, slug=founding.slug)
    roles = await role_ids(tx)
    await add_member(tx, founding.founder, [roles[BuiltIn.OWNER]])
    tenant = await hand_over(tx, UserId(founding.founder.user_id))
    await audit.record(tx, "tenant.founded", type="tenant", id=tenant.id, after=tenant)
    return tenant


@sql
async def hold_id(tx: Tx, *, tenant_id: TenantId) -> None: ...
