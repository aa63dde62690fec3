"""The roles API: what there is to be allowed, and a tenant's sets of it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from guilder.db import Tx
from guilder.http import delete, get, patch, post
from guilder.kernel import Actor

from .permissions import (
    GIVING_PROBLEMS,
    Permission,
    PermissionNotKnown,
    all_permissions,
)
from .role import BuiltIn, Role, RoleChanges, RoleId
from .roles import (
    NewRole,
    RoleInUse,
    RoleIsBuiltIn,
    RoleNameNotValid,
    RoleNameTaken,
    RoleNotFound,
    TooManyRoles,
    all_roles,
    create_role,
    delete_role,
    role_by_id,
    update_role,
)

RoleName = Annotated[
    str, Meta(min_length=1, max_length=100, pattern=r"\S", examples=["Bookkeeper"])
]
Description = Annotated[str, Meta(max_length=500, examples=["Reads the books, pays back."])]
PermissionName = Annotated[str, Meta(min_length=1, max_length=100, examples=["ledger:read"])]
PermissionNames = Annotated[list[PermissionName], Meta(min_length=1, max_length=200)]


class NewRoleBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a role shall be called, and allow."""

    name: RoleName
    description: Description | None = None
    permissions: PermissionNames


class RolePatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a role shall be different."""

    name: RoleName | UnsetType = UNSET
    description: Description | UnsetType | None = UNSET
    permissions: PermissionNames | UnsetType = UNSET


class RoleView(msgspec.Struct, frozen=True, kw_only=True, tag_field="object", tag="role"):
    """A role."""

    id: RoleId
    name: str
    description: str | None
    built_in: Annotated[
        BuiltIn | None, Meta(description="Which of those it is that every tenant has.")
    ]
    permissions: list[PermissionName]
    created_at: datetime
    updated_at: datetime


class RoleList(msgspec.Struct, frozen=True):
    """Every role of the tenant."""

    data: list[RoleView]


class PermissionList(msgspec.Struct, frozen=True):
    """All that can be allowed."""

    data: list[Permission]


@get("/v1/permissions", "roles:read")
async def list_permissions(tx: Tx) -> PermissionList:
    """List what there is to be allowed: the permissions of roles, and the scopes of keys."""
    return PermissionList(await all_permissions(tx))


@get("/v1/roles", "roles:read")
async def list_roles(tx: Tx) -> RoleList:
    """List the roles, those first that every tenant has."""
    return RoleList([show_role(role) for role in await all_roles(tx)])


@post(
    "/v1/roles",
    "roles:write",
    problems=(*GIVING_PROBLEMS, PermissionNotKnown, RoleNameNotValid, RoleNameTaken, TooManyRoles),
)
async def make_role(tx: Tx, actor: Actor, body: NewRoleBody) -> RoleView:
    """Make a role.

    It can allow only what whoever makes it may do themselves.
    """
    new = NewRole(**msgspec.structs.asdict(body))
    return show_role(await create_role(tx, actor, new))


@get("/v1/roles/{role_id}", "roles:read", problems=(RoleNotFound,))
async def show_one_role(tx: Tx, role_id: RoleId) -> RoleView:
    """Look at one role."""
    return show_role(await role_by_id(tx, role_id))


@patch(
    "/v1/roles/{role_id}",
    "roles:write",
    problems=(
        *GIVING_PROBLEMS,
        PermissionNotKnown,
        RoleIsBuiltIn,
        RoleNameNotValid,
        RoleNameTaken,
        RoleNotFound,
    ),
)
async def change_role(tx: Tx, actor: Actor, role_id: RoleId, body: RolePatch) -> RoleView:
    """Change a role, for all who hold it from their next request on.

    `permissions` is replaced as a whole. Keys that open more than their makers hold after that
    are revoked.
    """
    changes = RoleChanges(**msgspec.structs.asdict(body))
    return show_role(await update_role(tx, actor, role_id, changes))


@delete(
    "/v1/roles/{role_id}",
    "roles:write",
    problems=(*GIVING_PROBLEMS, RoleInUse, RoleIsBuiltIn, RoleNotFound),
)
async def drop_role(tx: Tx, actor: Actor, role_id: RoleId) -> RoleView:
    """Delete a role that is not in use. The answer is what it was."""
    return show_role(await delete_role(tx, actor, role_id))


def show_role(role: Role) -> RoleView:
    """A role as callers see it."""
    return RoleView(**msgspec.structs.asdict(role))


ENDPOINTS = (list_permissions, list_roles, make_role, show_one_role, change_role, drop_role)
