"""Roles of a tenant's own: made, changed and deleted by those who hold what is in them."""

from collections.abc import Sequence
from typing import Final

import msgspec

from guilder.db import Tx, sql
from guilder.identity import audit
from guilder.identity.users import UserId, is_seen
from guilder.kernel import Actor, Problem, TenantId

from .holding import revoke_beyond
from .permissions import require_held, require_known
from .role import Role, RoleChanges, RoleCreated, RoleDeleted, RoleId, RoleUpdated

MOST_ROLES: Final = 100
"""So many a tenant may have, with those that every tenant has."""


class RoleNotFound(Problem, status=404):
    """There is no such role."""


class RoleNotKnown(Problem, status=422):
    """The tenant has no such role to give."""

    role_ids: list[RoleId]


class RoleIsBuiltIn(Problem, status=409):
    """The roles that every tenant has stay as they are."""


class RoleNameTaken(Problem, status=409):
    """Another role has this name."""


class RoleNameNotValid(Problem, status=422):
    """A role's name has nothing in it that nobody sees, so that it is taken for no other."""


class RoleInUse(Problem, status=409):
    """Members hold this role, or shall by an invitation or a sign-in from elsewhere."""

    members: int
    invitations: int
    identity_providers: int


class TooManyRoles(Problem, status=409):
    """The tenant has as many roles as it may have."""

    maximum: int


class RoleUse(msgspec.Struct, frozen=True):
    """How many hold a role, are invited to it, and give it to whoever they bring."""

    members: int
    invitations: int
    identity_providers: int


class NewRole(msgspec.Struct, frozen=True, kw_only=True):
    """What a role shall be called, and allow."""

    name: str
    description: str | None = None
    permissions: list[str]


async def create_role(tx: Tx, giver: Actor, new: NewRole) -> Role:
    """Make a role, of nothing but what its maker holds."""
    wanted = sorted(set(new.permissions))
    await require_known(tx, wanted)
    require_held(giver, wanted)
    await _require_name(tx, new.name, but=None)
    if len(await all_roles(tx)) >= MOST_ROLES:
        raise TooManyRoles(maximum=MOST_ROLES)
    role_id = await insert_role(
        tx, name=new.name.strip(), description=new.description, permissions=wanted
    )
    role = await role_by_id(tx, role_id)
    tx.emit(RoleCreated(role.id, role))
    await audit.record(tx, "role.created", type="role", id=role.id, after=role)
    return role


async def update_role(tx: Tx, giver: Actor, role_id: RoleId, changes: RoleChanges) -> Role:
    """Change a role, for all who hold it. Who does holds what it allows, before and after."""
    await hold_list(tx, tenant_id=tx.tenant_id)
    before = await _locked_role(tx, role_id)
    wanted = _tidy(changes.applied_to(before))
    if wanted == before:
        return before
    await require_known(tx, wanted.permissions)
    require_held(giver, [*before.permissions, *wanted.permissions])
    await _require_name(tx, wanted.name, but=role_id)
    holders = await lock_holders(tx, tenant_id=tx.tenant_id, role_id=role_id)
    await save_role(
        tx,
        tenant_id=tx.tenant_id,
        role_id=role_id,
        name=wanted.name,
        description=wanted.description,
    )
    if wanted.permissions != before.permissions:
        await _replace_permissions(tx, before, wanted)
        await revoke_beyond(tx, holders)
    changed = await role_by_id(tx, role_id)
    tx.emit(RoleUpdated(changed.id, changed))
    await audit.record(tx, "role.updated", type="role", id=changed.id, before=before, after=changed)
    return changed


async def delete_role(tx: Tx, giver: Actor, role_id: RoleId) -> Role:
    """Delete a role that nobody holds, and that nothing gives."""
    role = await _locked_role(tx, role_id)
    require_held(giver, role.permissions)
    use = await use_of(tx, tenant_id=tx.tenant_id, role_id=role_id)
    if any(msgspec.structs.astuple(use)):
        raise RoleInUse(**msgspec.structs.asdict(use))
    await remove_role(tx, tenant_id=tx.tenant_id, role_id=role_id)
    tx.emit(RoleDeleted(role.id, role))
    await audit.record(tx, "role.deleted", type="role", id=role.id, before=role)
    return role


async def role_by_id(tx: Tx, role_id: RoleId) -> Role:
    """One role of the tenant."""
    found = await roles_by_ids(tx, [role_id])
    if not found:
        raise RoleNotFound
    return found[0]


async def roles_by_ids(tx: Tx, role_ids: Sequence[RoleId]) -> list[Role]:
    """Those of these roles that the tenant has."""
    return await find_roles(tx, tenant_id=tx.tenant_id, ids=list(role_ids))


async def all_roles(tx: Tx) -> list[Role]:
    """Every role of the tenant, those first that every tenant has."""
    return await find_roles(tx, tenant_id=tx.tenant_id, ids=None)


async def roles_to_give(tx: Tx, role_ids: Sequence[RoleId]) -> list[Role]:
    """These roles as they are now, and stay until the transaction ends."""
    await hold_roles(tx, tenant_id=tx.tenant_id, ids=list(role_ids))
    found = await roles_by_ids(tx, role_ids)
    if missing := set(role_ids) - {role.id for role in found}:
        raise RoleNotKnown(role_ids=sorted(missing))
    return found


async def _locked_role(tx: Tx, role_id: RoleId) -> Role:
    """A role of the tenant's own, which nobody gives or changes until the transaction ends."""
    await lock_role(tx, tenant_id=tx.tenant_id, role_id=role_id)
    role = await role_by_id(tx, role_id)
    if role.built_in is not None:
        raise RoleIsBuiltIn
    return role


async def _require_name(tx: Tx, name: str, *, but: RoleId | None) -> None:
    """Refuse a name that another role has, or seems to. Who names one waits for others who do."""
    if not is_seen(name.strip()):
        raise RoleNameNotValid
    await hold_list(tx, tenant_id=tx.tenant_id)
    holder = await role_named(tx, tenant_id=tx.tenant_id, name=name.strip())
    if holder not in {None, but}:
        raise RoleNameTaken


def _tidy(role: Role) -> Role:
    return msgspec.structs.replace(
        role, name=role.name.strip(), permissions=sorted(set(role.permissions))
    )


async def _replace_permissions(tx: Tx, before: Role, wanted: Role) -> None:
    old, new = set(before.permissions), set(wanted.permissions)
    await take_permissions(
        tx, tenant_id=tx.tenant_id, role_id=wanted.id, permissions=sorted(old - new)
    )
    await give_permissions(tx, role_id=wanted.id, permissions=sorted(new - old))


@sql
async def hold_list(tx: Tx, *, tenant_id: TenantId) -> RoleId | None: ...


@sql
async def insert_role(
    tx: Tx, *, name: str, description: str | None, permissions: list[str]
) -> RoleId: ...


@sql
async def role_named(tx: Tx, *, tenant_id: TenantId, name: str) -> RoleId | None: ...


@sql
async def find_roles(tx: Tx, *, tenant_id: TenantId, ids: list[RoleId] | None) -> list[Role]: ...


@sql
async def hold_roles(tx: Tx, *, tenant_id: TenantId, ids: list[RoleId]) -> list[RoleId]: ...


@sql
async def lock_role(tx: Tx, *, tenant_id: TenantId, role_id: RoleId) -> RoleId | None: ...


@sql
async def lock_holders(tx: Tx, *, tenant_id: TenantId, role_id: RoleId) -> list[UserId]: ...


@sql
async def save_role(
    tx: Tx, *, tenant_id: TenantId, role_id: RoleId, name: str, description: str | None
) -> None: ...


@sql
async def take_permissions(
    tx: Tx, *, tenant_id: TenantId, role_id: RoleId, permissions: list[str]
) -> None: ...


@sql
async def give_permissions(tx: Tx, *, role_id: RoleId, permissions: list[str]) -> None: ...


@sql
async def use_of(tx: Tx, *, tenant_id: TenantId, role_id: RoleId) -> RoleUse: ...


@sql
async def remove_role(tx: Tx, *, tenant_id: TenantId, role_id: RoleId) -> None: ...
