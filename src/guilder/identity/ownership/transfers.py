"""Transfers: the owner hands the tenant over to another member, with their password."""

from functools import partial

import msgspec

from guilder.db import Tx
from guilder.http import Caller
from guilder.identity import audit
from guilder.identity.letters import tell
from guilder.identity.members import (
    Member,
    MemberId,
    Person,
    locked_member,
    member_by_id,
    person_by_id,
    person_of,
    save_member,
    tell_change,
)
from guilder.identity.proof import require_password
from guilder.identity.roles import BuiltIn, RoleId, role_ids
from guilder.identity.tenant import Tenant, TenantUpdated
from guilder.identity.tenants import TenantNotFound, current_tenant, hand_over, lock_tenant
from guilder.identity.users import Home, Passwords, UserId
from guilder.kernel import Actor, Problem
from guilder.mail import OwnershipTransferred


class OwnerNeeded(Problem, status=403):
    """Only the owner hands a tenant over, or cancels it, who has signed in for it."""


class OwnsItAlready(Problem, status=409):
    """The tenant is this member's."""


async def transfer(caller: Caller, passwords: Passwords, to: MemberId, *, password: str) -> Tenant:
    """Hand the tenant over. Who owned it is an admin from then on, and both are told."""
    owner = await caller.transact(partial(_look, to=to))
    await require_password(caller.pool, passwords, owner, password=password)
    return await caller.transact(partial(_transfer, to=to))


async def _look(tx: Tx, actor: Actor, *, to: MemberId) -> Home:
    """Whose password it takes, if it is theirs to give and there is somebody to give it to."""
    user_id = require_owner(actor, await current_tenant(tx))
    if (await member_by_id(tx, to)).user_id == user_id:
        raise OwnsItAlready
    return Home(actor.home_tenant_id or actor.tenant_id, user_id)


async def _transfer(tx: Tx, actor: Actor, *, to: MemberId) -> Tenant:
    before = await lock_tenant(tx, tenant_id=tx.tenant_id)
    if before is None:
        raise TenantNotFound
    owner = await person_of(tx, require_owner(actor, before))
    if owner is None:
        raise OwnerNeeded
    one, other = [await locked_member(tx, member_id) for member_id in sorted((owner.id, to))]
    old, new = (one, other) if one.id == owner.id else (other, one)
    tenant = await hand_over(tx, new.user_id)
    await _exchange_roles(tx, old, new)
    tx.emit(TenantUpdated(tenant.id, tenant))
    await audit.record(
        tx,
        "tenant.ownership_transferred",
        type="tenant",
        id=tenant.id,
        before={"owner_id": before.owner_id},
        after={"owner_id": tenant.owner_id},
    )
    await _tell_both(tx, actor, tenant, old=old, new=await person_by_id(tx, new.id))
    return tenant


def require_owner(actor: Actor, tenant: Tenant) -> UserId:
    """Refuse whoever is not the owner in person. A program never is, whatever it holds."""
    if actor.session_id is None or actor.id is None or actor.id != tenant.owner_id:
        raise OwnerNeeded
    return UserId(actor.id)


async def _exchange_roles(tx: Tx, old: Member, new: Member) -> None:
    """The new owner gets the owner's role, and the old one that of an admin; the others stay."""
    roles = await role_ids(tx)
    owns, admins = roles[BuiltIn.OWNER], roles[BuiltIn.ADMIN]
    await _give(tx, new, {*new.role_ids, owns})
    await _give(tx, old, {*old.role_ids, admins} - {owns})


async def _give(tx: Tx, before: Member, role_ids: set[RoleId]) -> None:
    changed = await save_member(
        tx,
        tenant_id=tx.tenant_id,
        member_id=before.id,
        role_ids=sorted(role_ids),
        metadata=before.metadata,
    )
    await tell_change(tx, before, changed)


async def _tell_both(tx: Tx, actor: Actor, tenant: Tenant, *, old: Member, new: Person) -> None:
    told = OwnershipTransferred(
        at=await tx.now(),
        address=actor.address,
        tenant=tenant.name,
        new_owner=new.name or new.email or "",
        is_yours=False,
    )
    await tell(tx, old.home, told)
    member = await member_by_id(tx, new.id)
    await tell(tx, member.home, msgspec.structs.replace(told, is_yours=True))
