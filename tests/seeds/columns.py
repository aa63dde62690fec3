"""Columns of a table, for what a model says of attributes."""

import asyncpg

COLUMNS = """
    select attname, format_type(atttypid, atttypmod) as type, attnotnull as is_required
    from pg_attribute
    where attrelid = $1::text::regclass and attnum > 0 and not attisdropped
"""

UUID = ("uuid", True)
TEXT = ("text", True)
TEXTS = ("text[]", True)
OPTIONAL_TEXT = ("text", False)
HASH = ("bytea", True)
OBJECT = ("jsonb", True)
TIMESTAMP = ("timestamp with time zone", True)
OPTIONAL_TIMESTAMP = ("timestamp with time zone", False)

Column = tuple[str, bool]


async def columns_of(
    owner: asyncpg.Connection, table: str, *, named: dict[str, Column]
) -> dict[str, Column]:
    """What the database says of these columns: their type, and whether they are always there."""
    found = {name: (kind, needed) for name, kind, needed in await owner.fetch(COLUMNS, table)}
    return {name: found[name] for name in named}
