"""What has ended stays ended, and what is built in stays, for any SQL of the application."""

from typing import Final
from uuid import uuid4

import asyncpg
import pytest

from guilder.app import System
from guilder.db import tenant_transaction
from guilder.identity.roles import BuiltIn, role_ids
from guilder.kernel import TenantId
from tests.specimens import plant
from tests.world import World

SETTLED: Final = [
    ("identity.session", "id", "ended_at = now(), ended_because = 'revoked'", "ended_at = null"),
    ("identity.session", "id", "ended_at = now(), ended_because = 'revoked'", "ended_at = $3"),
    ("identity.ticket", "id", "used_at = now()", "used_at = null"),
    ("identity.ticket", "id", "used_at = now()", "used_at = $3"),
    ("identity.recovery_code", "user_id", "used_at = now()", "used_at = null"),
    ("identity.sso_journey", "id", "used_at = now()", "used_at = null"),
    ("identity.api_key", "id", "revoked_at = now()", "revoked_at = null"),
    ("identity.api_key", "id", "revoked_at = now()", "revoked_at = $3"),
    ("identity.api_key", "id", "expires_at = now()", "expires_at = $3"),
    ("identity.api_key", "id", "expires_at = now()", "expires_at = null"),
]
"""A table, what names a row of it, how that ends, and what would take it back."""

LATER: Final = "now() + interval '1 hour'"
HOLD: Final = (
    "insert into identity.role_permission (role_id, permission) values ($1, 'ledger:read')"
)
SAY_SO: Final = """
    insert into identity.role_permission (role_id, permission, is_built_in)
    values ($1, 'ledger:read', true)
"""
LOSE: Final = "delete from identity.role_permission where role_id = $1"
DELETE: Final = "delete from identity.role where id = $1"
FOUND: Final = """
    select identity.found_roles(array['owner'], array['x'], array['owner'], array['*'])
    where $1::uuid is not null
"""


@pytest.mark.parametrize(("table", "key", "ending", "change"), SETTLED)
async def test_what_has_ended_stays_ended(
    system: System, database: asyncpg.Connection, table: str, *, key: str, ending: str, change: str
) -> None:
    tenant_id, row = await planted(database, table)
    which = f"where tenant_id = $1 and {key} = $2"
    async with tenant_transaction(system.pool, tenant_id) as tx:
        await tx.fetch(f"update {table} set {ending} {which}", tenant_id, row[key])

    taken_back = f"update {table} set {change.replace('$3', LATER)} {which}"
    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with tenant_transaction(system.pool, tenant_id) as tx:
            await tx.fetch(taken_back, tenant_id, row[key])


@pytest.mark.parametrize("end", ["accepted", "declined", "revoked"])
async def test_an_answered_invitation_is_not_open_again(
    system: System, database: asyncpg.Connection, end: str
) -> None:
    tenant_id, row = await planted(database, "identity.invitation")
    by = "kernel.uuid7()" if end == "accepted" else "null"
    answer = f"update identity.invitation set status = '{end}', accepted_by = {by} where id = $1"
    async with tenant_transaction(system.pool, tenant_id) as tx:
        await tx.fetch(answer, row["id"])

    changes = ["status = 'pending', accepted_by = null", "token_hash = sha256('another')"]
    if end == "accepted":
        changes.append("accepted_by = kernel.uuid7()")
    for change in changes:
        with pytest.raises(asyncpg.CheckViolationError):
            async with tenant_transaction(system.pool, tenant_id) as tx:
                await tx.fetch(f"update identity.invitation set {change} where id = $1", row["id"])


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (HOLD, asyncpg.ForeignKeyViolationError),
        (SAY_SO, asyncpg.InsufficientPrivilegeError),
        (LOSE, asyncpg.CheckViolationError),
        (DELETE, asyncpg.CheckViolationError),
        (FOUND, asyncpg.UniqueViolationError),
    ],
)
@pytest.mark.parametrize("role", [BuiltIn.DEVELOPER, BuiltIn.VIEWER])
async def test_what_a_built_in_role_holds_stays(
    world: World, role: BuiltIn, change: str, *, refusal: type[Exception]
) -> None:
    async with world.tx() as tx:
        known = await role_ids(tx)

    with pytest.raises(refusal):
        async with world.tx() as tx:
            await tx.fetch(change, known[role])


@pytest.mark.parametrize("column", ["issuer", "name"])
async def test_a_provider_stays_that_of_its_issuer(
    system: System, database: asyncpg.Connection, column: str
) -> None:
    tenant_id, row = await planted(database, "identity.identity_provider")
    other = f"update identity.identity_provider set {column} = {column} || 'x' where id = $1"

    with pytest.raises(asyncpg.CheckViolationError, match="never changes"):
        async with tenant_transaction(system.pool, tenant_id) as tx:
            await tx.fetch(other, row["id"])


async def planted(database: asyncpg.Connection, table: str) -> tuple[TenantId, asyncpg.Record]:
    """A row of a table, of a tenant of its own."""
    tenant_id = TenantId(uuid4())
    specimens = await plant(database, tenant_id, only=[table])
    return tenant_id, specimens.rows[table]
