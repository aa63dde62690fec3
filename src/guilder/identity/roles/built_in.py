"""The built-in roles: every tenant has them from its foundation."""

import msgspec

from guilder.db import Tx, sql
from guilder.kernel import TenantId

from .role import HELD, MEANT, BuiltIn, RoleId


class Founded(msgspec.Struct, frozen=True):
    """A built-in role of a tenant."""

    id: RoleId
    built_in: BuiltIn


async def found_roles(tx: Tx) -> None:
    """Give a new tenant the roles that every tenant has."""
    await insert_built_in(
        tx,
        names=list(BuiltIn),
        descriptions=[MEANT[one] for one in BuiltIn],
        holders=[one for one in BuiltIn for _ in HELD[one]],
        permissions=[permission for one in BuiltIn for permission in HELD[one]],
    )


async def role_ids(tx: Tx) -> dict[BuiltIn, RoleId]:
    """The built-in roles of this tenant."""
    found = await find_built_in(tx, tenant_id=tx.tenant_id)
    return {each.built_in: each.id for each in found}


@sql
async def insert_built_in(
    tx: Tx,
    *,
    names: list[str],
    descriptions: list[str],
    holders: list[str],
    permissions: list[str],
) -> None: ...


@sql
async def find_built_in(tx: Tx, *, tenant_id: TenantId) -> list[Founded]: ...
