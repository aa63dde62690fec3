"""The catalog proves what a convention only promises: row security, keys and privileges."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest

from guilder.db import APP_ROLE
from tests.schema import OUR_SCHEMAS, OURS, TABLES

OPEN: Final[dict[str, tuple[str, set[str]]]] = {
    "events.consumer": ("names of this system's own parts", set()),
    "identity.brake": ("who guesses has no tenant yet; reached through functions only", set()),
    "identity.permission": ("what there is to be allowed, the same for everybody", {"SELECT"}),
    "identity.quota": ("what each tier allows, the same for everybody", {"SELECT"}),
    "jobs.job": ("one queue for all tenants, reached through functions only", set()),
    "jobs.schedule": ("what recurs for the system itself", set()),
    "kernel.migration": ("what was applied to this database", {"SELECT"}),
}
"""Tables without row security: why, and what the application may do there."""

QUEUES: Final = {"events.outbox": ["serial", "tenant_id"]}
"""Primary keys that begin with what the table is drained by."""

UNIQUE_ACROSS_TENANTS: Final = {
    "identity.tenant_slug_key": "a tenant's name in addresses",
    "identity.tenant_domain": "a domain leads to one tenant",
    "identity.user_account_email": "an e-mail is one user's, wherever they are at home",
    "identity.user_account_sso": "so is a subject of an issuer",
    "identity.user_account_username": "and a username",
}
"""Indexes through which one tenant may learn that another has a value."""

ACROSS_TENANTS: Final = {"member_is_user": "a user of one tenant may be a member of others"}
"""References that lead from one tenant to another."""


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def isolated(owner: asyncpg.Connection) -> dict[str, str]:
    """Each table with its tenant's column, but for those that are open to all."""
    return {
        row["name"]: row["tenant_column"]
        for row in await owner.fetch(TABLES)
        if row["tenant_column"] and row["name"] not in OPEN
    }


async def test_every_table_is_isolated_or_known_to_be_open(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        f"""
        select relation.oid::regclass::text, relrowsecurity and relforcerowsecurity as is_isolated
        from ({TABLES}) as known
        join pg_class as relation using (oid)
        """
    )

    assert {table for table, is_isolated in rows if not is_isolated} == OPEN.keys()


async def test_policies_are_exactly_those_of_isolate(owner: asyncpg.Connection) -> None:
    tables = await isolated(owner)
    rows = await owner.fetch(
        """
        select schemaname || '.' || tablename as name,
            policyname, permissive, roles::text[] as roles, cmd, qual, with_check
        from pg_policies
        order by name, policyname
        """
    )

    found = {name: [tuple(row)[1:] for row in rows if row["name"] == name] for name, *_ in rows}

    assert found == {
        table: [
            ("owner", "PERMISSIVE", ["pg_database_owner"], "ALL", "true", None),
            (
                "tenant",
                "PERMISSIVE",
                [APP_ROLE],
                "ALL",
                f"({column} = ( SELECT kernel.tenant() AS tenant))",
                None,
            ),
        ]
        for table, column in tables.items()
    }


INDEXES: Final = """
    select
        indrelid::regclass::text as table_name,
        namespace.nspname || '.' || index.relname as name,
        indisprimary,
        array(
            select pg_get_indexdef(indexrelid, place, false)
            from generate_series(1, indnkeyatts) as place
        ) as columns
    from pg_index
    join pg_class as index on index.oid = indexrelid
    join pg_namespace as namespace on namespace.oid = index.relnamespace
    where indisunique
"""


async def test_every_key_begins_with_the_tenant(owner: asyncpg.Connection) -> None:
    tables = await isolated(owner)
    keys = {
        row["table_name"]: row["columns"]
        for row in await owner.fetch(f"{INDEXES} and indisprimary")
        if row["table_name"] in tables
    }

    assert keys.keys() == tables.keys()
    assert {
        table: columns
        for table, columns in keys.items()
        if columns[0] != tables[table] and QUEUES.get(table) != columns
    } == {}


async def test_every_unique_index_includes_the_tenant(owner: asyncpg.Connection) -> None:
    tables = await isolated(owner)
    across = {
        row["name"]
        for row in await owner.fetch(INDEXES)
        if row["table_name"] in tables and tables[row["table_name"]] not in row["columns"]
    }

    assert across == UNIQUE_ACROSS_TENANTS.keys()


async def test_every_reference_stays_within_the_tenant(owner: asyncpg.Connection) -> None:
    tables = await isolated(owner)
    rows = await owner.fetch(
        """
        select
            conname, conrelid::regclass::text as child, confrelid::regclass::text as parent,
            confdeltype = 'n' as forgets,
            array(
                select child.attname || '>' || target.attname
                from unnest(conkey, confkey) as pair (mine, theirs)
                join pg_attribute as child on child.attrelid = conrelid and child.attnum = pair.mine
                join pg_attribute as target
                    on target.attrelid = confrelid and target.attnum = pair.theirs
            ) as pairs
        from pg_constraint
        where contype = 'f'
        """
    )

    assert [row["conname"] for row in rows if row["forgets"]] == []
    assert {
        row["conname"]
        for row in rows
        if row["parent"] in tables
        and f"{tables.get(row['child'])}>{tables[row['parent']]}" not in row["pairs"]
    } == ACROSS_TENANTS.keys()
    assert [
        row["conname"] for row in rows if row["child"] in OPEN and row["parent"] not in OPEN
    ] == []


PRIVILEGES: Final = f"""
    with granted (kind, name, holder, privilege) as (
        select 'table', relation.oid::regclass::text, acl.grantee, acl.privilege_type
        from pg_class as relation
        cross join aclexplode(relation.relacl) as acl
        where {OURS}
        union all
        select 'column', relation.oid::regclass::text, acl.grantee, acl.privilege_type
        from pg_class as relation
        join pg_attribute on attrelid = relation.oid
        cross join aclexplode(attacl) as acl
        where {OURS}
        union all
        select 'function', oid::regprocedure::text, acl.grantee, acl.privilege_type
        from pg_proc
        cross join aclexplode(coalesce(proacl, acldefault('f', proowner))) as acl
        where pronamespace in ({OUR_SCHEMAS})
        and not exists (
            select from pg_depend
            where classid = 'pg_proc'::regclass and objid = pg_proc.oid and deptype = 'e'
        )
        union all
        select 'schema', nspname, acl.grantee, acl.privilege_type
        from pg_namespace
        cross join aclexplode(nspacl) as acl
        where oid in ({OUR_SCHEMAS}) and nspname <> 'public'
        union all
        select 'what is made later', defaclobjtype::text, acl.grantee, acl.privilege_type
        from pg_default_acl
        cross join aclexplode(defaclacl) as acl
    )

    select kind, name, holder, privilege
    from granted
    where holder = coalesce((select oid from pg_roles where rolname = $1), 0)
"""


async def test_nothing_is_granted_to_everybody(owner: asyncpg.Connection) -> None:
    assert [tuple(row) for row in await owner.fetch(PRIVILEGES, "public")] == []


async def test_the_application_reads_and_writes_rows_and_nothing_more(
    owner: asyncpg.Connection,
) -> None:
    tables = await isolated(owner)
    held = await owner.fetch(PRIVILEGES, APP_ROLE)

    on_tables = {
        table: {row["privilege"] for row in held if row["name"] == table}
        for table in (*tables, *OPEN)
    }

    assert {table: on_tables[table] for table in OPEN} == {
        table: allowed for table, (_, allowed) in OPEN.items()
    }
    assert {privilege for table in tables for privilege in on_tables[table]} <= {
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
    }
    assert {
        tuple(row)
        for row in held
        if row["kind"] not in {"table", "column"} and row["privilege"] not in {"EXECUTE", "USAGE"}
    } == set()
    assert [tuple(row) for row in held if row["kind"] == "what is made later"] == []
    assert {row["name"] for row in held if row["kind"] == "table"} <= on_tables.keys()


async def test_partitions_and_children_are_entered_through_their_parent(
    owner: asyncpg.Connection,
) -> None:
    parts = await owner.fetch("select inhrelid::regclass::text from pg_inherits")
    held = {row["name"] for row in await owner.fetch(PRIVILEGES, APP_ROLE)}

    assert [part for (part,) in parts if part in held] == []


async def test_no_view_shows_what_its_reader_may_not_see(owner: asyncpg.Connection) -> None:
    """A view reads as its owner, who passes the policies, unless it is told otherwise."""
    views = await owner.fetch(
        f"""
        select relation.oid::regclass::text
        from pg_class as relation
        where relation.relkind in ('v', 'm') and {OURS}
        and not coalesce(relation.reloptions && array['security_invoker=true'], false)
        """
    )

    assert [view for (view,) in views] == []


async def test_the_application_owns_nothing(owner: asyncpg.Connection) -> None:
    owned = await owner.fetch(
        """
        select classid::regclass::text, objid
        from pg_shdepend
        where refclassid = 'pg_authid'::regclass and refobjid = $1::text::regrole and deptype = 'o'
        """,
        APP_ROLE,
    )

    assert [tuple(row) for row in owned] == []


async def test_the_application_may_create_nothing(owner: asyncpg.Connection) -> None:
    row = await owner.fetchrow(
        """
        select
            rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit,
            has_database_privilege(oid, current_database(), 'create') as creates_schemas,
            has_database_privilege(oid, current_database(), 'temporary') as creates_temporary,
            exists (select from pg_auth_members where member = pg_roles.oid) as is_a_member,
            pg_has_role(oid, 'pg_database_owner', 'usage') as owns_the_database,
            exists (
                select from pg_namespace
                where nspname !~ '^pg_(temp|toast)'
                and has_schema_privilege(pg_roles.oid, pg_namespace.oid, 'create')
            ) as creates_objects,
            exists (
                select from pg_tablespace
                where has_tablespace_privilege(pg_roles.oid, pg_tablespace.oid, 'create')
                and spcname <> 'pg_default'
            ) as creates_on_a_tablespace
        from pg_roles
        where rolname = $1
        """,
        APP_ROLE,
    )
    assert row is not None

    assert [name for name, holds in row.items() if holds] == []
