"""What PostgreSQL says of itself: tables, keys, policies and privileges of our schemas."""

import asyncio
import os
from functools import cache

import asyncpg

OUR_SCHEMAS = """
    select namespace.oid
    from pg_namespace as namespace
    where namespace.nspname !~ '^pg_'
    and namespace.nspname <> 'information_schema'
"""

OURS = f"""
    relation.relnamespace in ({OUR_SCHEMAS})
    and not exists (
        select from pg_depend
        where pg_depend.classid = 'pg_class'::regclass
        and pg_depend.objid = relation.oid
        and pg_depend.deptype = 'e'
    )
"""

TABLES = f"""
    select
        relation.oid,
        quote_ident(namespace.nspname) || '.' || quote_ident(relation.relname) as name,
        case
            when exists (
                select from pg_attribute
                where attrelid = relation.oid and attname = 'tenant_id' and not attisdropped
            ) then 'tenant_id'
            when exists (select from pg_policy where polrelid = relation.oid) then 'id'
        end as tenant_column
    from pg_class as relation
    join pg_namespace as namespace on namespace.oid = relation.relnamespace
    where relation.relkind in ('r', 'p') and not relation.relispartition and {OURS}
    order by name
"""
"""Partitions are no tables of their own: they are entered through their parent only."""


@cache
def tables() -> dict[str, str | None]:
    """Every table of ours, with the column that says whose a row is; for test parameters."""
    return {row["name"]: row["tenant_column"] for row in asyncio.run(_fetch(TABLES))}


def tenant_tables() -> dict[str, str]:
    """The tables whose rows belong to tenants, whether they are isolated or not."""
    return {name: column for name, column in tables().items() if column}


async def _fetch(query: str) -> list[asyncpg.Record]:
    owner = await asyncpg.connect(os.environ["GUILDER_TEST_OWNER_URL"])
    try:
        return await owner.fetch(query)
    finally:
        await owner.close()
