"""One connection to PostgreSQL, set up the way every one of ours is."""

from typing import TYPE_CHECKING, Final, TypeAlias

import asyncpg
import msgspec

STATEMENT_CACHE: Final = 1000

TIMEOUTS: Final = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}

PLANS: Final = {"plan_cache_mode": "force_generic_plan"}
"""A statement is planned once for each connection. Ours are written for their indexes, whatever the
values; planned anew with them, as PostgreSQL prefers for short lists, many cost twice as much."""

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
else:  # generic only in its stubs
    Connection = asyncpg.Connection


def as_json(value: object) -> msgspec.Raw:
    """A list as one JSON value of an array: lists in a list are dimensions to the driver."""
    return msgspec.Raw(msgspec.json.encode(value))


async def teach_json(connection: Connection) -> None:
    """Let `jsonb` come and go as Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
