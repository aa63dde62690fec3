"""Roles: what members may do.

Nobody gives, changes or takes away what they do not hold themselves. The roles that every tenant
has stay as they are, and one that is in use stays.
"""

from .built_in import found_roles, role_ids
from .holding import held_by, hold_fast, revoke_all, revoke_beyond
from .permissions import (
    GIVING_PROBLEMS,
    LiveActorNeeded,
    NotYoursToGive,
    Permission,
    PermissionNotKnown,
    all_permissions,
    require_held,
)
from .role import (
    DEVELOPED,
    HELD,
    BuiltIn,
    Role,
    RoleChanges,
    RoleCreated,
    RoleDeleted,
    RoleId,
    RoleUpdated,
)
from .roles import (
    NewRole,
    RoleInUse,
    RoleIsBuiltIn,
    RoleNameNotValid,
    RoleNameTaken,
    RoleNotFound,
    RoleNotKnown,
    TooManyRoles,
    all_roles,
    create_role,
    delete_role,
    role_by_id,
    roles_by_ids,
    roles_to_give,
    update_role,
)

__all__ = [
    "DEVELOPED",
    "GIVING_PROBLEMS",
    "HELD",
    "BuiltIn",
    "LiveActorNeeded",
    "NewRole",
    "NotYoursToGive",
    "Permission",
    "PermissionNotKnown",
    "Role",
    "RoleChanges",
    "RoleCreated",
    "RoleDeleted",
    "RoleId",
    "RoleInUse",
    "RoleIsBuiltIn",
    "RoleNameNotValid",
    "RoleNameTaken",
    "RoleNotFound",
    "RoleNotKnown",
    "RoleUpdated",
    "TooManyRoles",
    "all_permissions",
    "all_roles",
    "create_role",
    "delete_role",
    "found_roles",
    "held_by",
    "hold_fast",
    "require_held",
    "revoke_all",
    "revoke_beyond",
    "role_by_id",
    "role_ids",
    "roles_by_ids",
    "roles_to_give",
    "update_role",
]
