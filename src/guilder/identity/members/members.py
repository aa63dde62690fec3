"""Members: they come with roles, are given others, and go.

Nobody gives a role that holds more than they do, nor changes or removes a member who does. The
owner stays, with everything, until the tenant is handed over.
"""

from collections.abc import Sequence

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.quotas import require_room
from guilder.identity.roles import (
    BuiltIn,
    Role,
    RoleId,
    held_by,
    require_held,
    revoke_beyond,
    roles_to_give,
)
from guilder.identity.users import Home, UserId, UserNotFound
from guilder.kernel import Actor, Problem, TenantId

from .member import Member, MemberAdded, MemberChanges, MemberId, MemberRemoved, MemberUpdated


class MemberBefore(Problem, status=409):
    """This user is a member already."""


class MemberNotFound(Problem, status=404):
    """There is no such member."""


class OwnerStays(Problem, status=409):
    """The owner cannot be removed, nor lose the owner's role: hand the tenant over first."""


class OneOwnerOnly(Problem, status=409):
    """A tenant has one owner. Another one gets it by `POST /v1/tenant/ownership-transfers`."""


async def add_member(tx: Tx, home: Home, role_ids: Sequence[RoleId]) -> Member:
    """Let a user belong to this tenant, with these roles, unless they are being forgotten."""
    await require_room(tx, "members", count_members)
    if not await hold_user(tx, home_tenant_id=home.tenant_id, user_id=home.user_id):
        raise UserNotFound
    member = await insert_member(
        tx,
        user_id=home.user_id,
        home_tenant_id=home.tenant_id,
        role_ids=sorted(set(role_ids)),
    )
    if member is None:
        raise MemberBefore
    tx.emit(MemberAdded(member.id, member))
    await audit.record(tx, "member.added", type="member", id=member.id, after=member)
    return member


async def update_member(
    tx: Tx, giver: Actor, member_id: MemberId, changes: MemberChanges
) -> Member:
    """Change a member. With fewer permissions they lose the keys that open more."""
    named = changes.role_ids if isinstance(changes.role_ids, list) else []
    roles = await roles_to_give(tx, named)
    before = await locked_member(tx, member_id)
    wanted = changes.applied_to(before)
    if wanted == before:
        return before
    if wanted.role_ids != before.role_ids:
        await _require_owner_as_is(tx, before, roles)
        require_held(giver, [name for role in roles for name in role.permissions])
    await _require_power_over(tx, giver, before)
    changed = await save_member(
        tx,
        tenant_id=tx.tenant_id,
        member_id=member_id,
        role_ids=wanted.role_ids,
        metadata=wanted.metadata,
    )
    return await tell_change(tx, before, changed)


async def tell_change(tx: Tx, before: Member, changed: Member) -> Member:
    """What follows when a member was changed: they keep no key that opens more than they hold."""
    await revoke_beyond(tx, [changed.user_id])
    tx.emit(MemberUpdated(changed.id, changed))
    await audit.record(
        tx, "member.updated", type="member", id=changed.id, before=before, after=changed
    )
    return changed


async def remove_member(tx: Tx, remover: Actor, member_id: MemberId) -> Member:
    """Let a member belong here no longer. Their keys open nothing from the same moment on."""
    member = await locked_member(tx, member_id)
    if await is_owner(tx, tenant_id=tx.tenant_id, user_id=member.user_id):
        raise OwnerStays
    await _require_power_over(tx, remover, member)
    await delete_member(tx, tenant_id=tx.tenant_id, member_id=member_id)
    await revoke_beyond(tx, [member.user_id])
    tx.emit(MemberRemoved(member.id, member))
    await audit.record(tx, "member.removed", type="member", id=member.id, before=member)
    return member


async def locked_member(tx: Tx, member_id: MemberId) -> Member:
    """One member, ours to change until the transaction ends."""
    await lock_member(tx, tenant_id=tx.tenant_id, member_id=member_id)
    return await member_by_id(tx, member_id)


async def member_by_id(tx: Tx, member_id: MemberId) -> Member:
    """One member of the tenant."""
    found = await find_member(tx, tenant_id=tx.tenant_id, member_id=member_id)
    if found is None:
        raise MemberNotFound
    return found


async def _require_power_over(tx: Tx, actor: Actor, member: Member) -> None:
    held = (await held_by(tx, [member.user_id])).get(member.user_id)
    require_held(actor, held.scopes if held else ())


async def _require_owner_as_is(tx: Tx, member: Member, roles: Sequence[Role]) -> None:
    """Who owns the tenant keeps the owner's role, and nobody else has it."""
    is_to_own = any(role.built_in is BuiltIn.OWNER for role in roles)
    owns = await is_owner(tx, tenant_id=tx.tenant_id, user_id=member.user_id)
    if owns and not is_to_own:
        raise OwnerStays
    if is_to_own and not owns:
        raise OneOwnerOnly


@sql
async def hold_user(tx: Tx, *, home_tenant_id: TenantId, user_id: UserId) -> bool | None: ...


@sql
async def insert_member(
    tx: Tx, *, user_id: UserId, home_tenant_id: TenantId, role_ids: list[RoleId]
) -> Member | None: ...


@sql
async def lock_member(tx: Tx, *, tenant_id: TenantId, member_id: MemberId) -> MemberId | None: ...


@sql
async def find_member(tx: Tx, *, tenant_id: TenantId, member_id: MemberId) -> Member | None: ...


@sql
async def is_owner(tx: Tx, *, tenant_id: TenantId, user_id: UserId) -> bool: ...


@sql
async def save_member(
    tx: Tx,
    *,
    tenant_id: TenantId,
    member_id: MemberId,
    role_ids: list[RoleId],
    metadata: dict[str, object],
) -> Member: ...


@sql
async def delete_member(tx: Tx, *, tenant_id: TenantId, member_id: MemberId) -> None: ...


@sql
async def count_members(tx: Tx, *, tenant_id: TenantId) -> int: ...
