"""Departures: a member leaves a tenant by themselves, and stays a user."""

from functools import partial

import msgspec

from guilder.db import Tx, transact
from guilder.http import Caller
from guilder.identity.members import remove_member
from guilder.identity.ownership import Membership, memberships_of
from guilder.identity.users import UserId
from guilder.kernel import Actor, Problem, TenantId


class NotYourTenant(Problem, status=404):
    """You belong to no such tenant."""


async def depart(caller: Caller, user_id: UserId, tenant_id: TenantId) -> Membership:
    """Leave a tenant. It takes no permission there: everybody may go, but for the owner."""
    actor, left = await caller.transact(partial(_look, user_id=user_id, tenant_id=tenant_id))
    within = leaver(actor, tenant_id)
    go = partial(remove_member, remover=within, member_id=left.member_id)
    await transact(caller.pool, tenant_id, go, actor=within)
    return left


def leaver(actor: Actor, tenant_id: TenantId) -> Actor:
    """Whoever leaves, where they do: over themselves nobody holds more than they."""
    return msgspec.structs.replace(
        actor, tenant_id=tenant_id, scopes=frozenset({"*"}), may_write=True
    )


async def _look(
    tx: Tx, actor: Actor, *, user_id: UserId, tenant_id: TenantId
) -> tuple[Actor, Membership]:
    for one in await memberships_of(tx, user_id):
        if one.tenant_id == tenant_id:
            return actor, one
    raise NotYourTenant
