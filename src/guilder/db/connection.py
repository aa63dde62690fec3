"""One connection to PostgreSQL, set up the way every one of ours is."""

from typing import TYPE_CHECKING, Final, TypeAlias

import asyncpg
import msgspec

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

STATEMENT_CACHE: Final = 1000

TIMEOUTS: Final = {
    "statement_timeout": "10s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
}

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"


class PooledConnection(asyncpg.Connection):
    """A connection without a reset between uses: we set nothing that outlives a transaction."""

    def get_reset_query(self) -> str:
        return ""


async def teach_json(connection: asyncpg.Connection) -> None:
    """Let `jsonb` come and go as Python values."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: msgspec.json.encode(value).decode(),
        decoder=msgspec.json.decode,
    )
