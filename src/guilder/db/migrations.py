"""Migrations: numbered SQL files, applied once, in order, and never changed afterwards.

A file named `….alone.sql` runs outside of a transaction, statement by statement,
for what PostgreSQL refuses inside one (`create index concurrently`). Its statements
end in a semicolon at the end of a line, none of them has one within, and the file
can be run again after it failed half way. It makes no functions.
"""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from .pool import Pool
from .roles import ensure_app_role, refuse_a_stranger
from .transactions import system_transaction

LOCK: Final = 7_463_001
POLL_SECONDS: Final = 0.05
LOCK_TIMEOUT: Final = "5s"
OLDEST_SERVER: Final = 15

NEWER: Final = "The database is newer than this program: it knows {names}. Run the newer version."

RECORD: Final = """
    create schema if not exists kernel;
    create table if not exists kernel.migration (
        name text primary key,
        checksum text not null,
        milliseconds integer not null,
        applied_at timestamptz not null default now()
    );
"""

CLOSED: Final = "alter default privileges revoke execute on routines from public"
"""A function is for whoever it is granted to: PostgreSQL would open each to everybody."""

AS_BEFORE: Final = "alter default privileges grant execute on routines to public"
"""What is left standing names the owner, and a backup would only fit an owner of that name."""


class MigrationRefused(RuntimeError):
    """The database and the migrations on disk do not fit together."""


class Migration(msgspec.Struct, frozen=True):
    """One file, and the checksum under which it is remembered."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def alone(self) -> bool:
        return self.name.endswith(".alone.sql")


def migrations_in(folder: Path) -> list[Migration]:
    """All migrations of a folder, in their order."""
    return [Migration(path.name, path.read_text("utf-8")) for path in sorted(folder.glob("*.sql"))]


async def pending(owner_url: str, folder: Path) -> list[Migration]:
    """What `migrate` would apply. Changes nothing."""
    async with _owner(owner_url) as owner:
        if await owner.fetchval("select to_regclass('kernel.migration')") is None:
            return migrations_in(folder)
        return await _pending(owner, migrations_in(folder))


async def migrate(
    owner_url: str,
    folder: Path,
    *,
    app_password: str | None = None,
    new_password: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> list[Migration]:
    """Apply what is pending, one process at a time, and answer what was applied."""
    async with _owner(owner_url) as owner:
        await _take_turn(owner)
        await owner.execute(RECORD)
        await ensure_app_role(owner, owner_url, password=app_password, anew=new_password)
        todo = await _pending(owner, migrations_in(folder))
        for migration in todo:
            progress(f"Applying {migration.name}")
            await _apply(owner, migration)
        return todo


async def refuse_another_schema(pool: Pool, folder: Path) -> None:
    """Refuse to work on a database that is older or newer than this program."""
    known = {migration.name for migration in migrations_in(folder)}
    try:
        async with system_transaction(pool) as tx:
            applied = {row["name"] for row in await tx.fetch("select name from kernel.migration")}
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        applied = set()
    if applied - known:
        raise MigrationRefused(NEWER.format(names=", ".join(sorted(applied - known))))
    if known - applied:
        raise MigrationRefused(
            f"The database lacks {', '.join(sorted(known - applied))}: run `guilder migrate`."
        )


@asynccontextmanager
async def _owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    owner = await asyncpg.connect(url, server_settings={"application_name": "guilder migrate"})
    try:
        if owner.get_server_version().major < OLDEST_SERVER:
            raise MigrationRefused(
                f"Guilder needs PostgreSQL {OLDEST_SERVER} or newer; "
                f"this is {owner.get_server_version().major}."
            )
        await refuse_a_stranger(owner)
        yield owner
    finally:
        await owner.close()


async def _take_turn(owner: asyncpg.Connection) -> None:
    """Wait without holding a snapshot: `pg_advisory_lock` would block a concurrent index."""
    while not await owner.fetchval("select pg_try_advisory_lock($1)", LOCK):  # noqa: ASYNC110 - another process has it
        await asyncio.sleep(POLL_SECONDS)


async def _pending(owner: asyncpg.Connection, known: list[Migration]) -> list[Migration]:
    rows = await owner.fetch("select name, checksum from kernel.migration")
    applied = {row["name"]: row["checksum"] for row in rows}
    if unknown := sorted(applied.keys() - {migration.name for migration in known}):
        raise MigrationRefused(NEWER.format(names=", ".join(unknown)))
    for migration in known:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationRefused(
                f"{migration.name} was changed after it had been applied. "
                "Restore the file, and write the change as a new migration."
            )
    todo = [migration for migration in known if migration.name not in applied]
    if todo and applied and todo[0].name < max(applied):
        raise MigrationRefused(
            f"{todo[0].name} comes before {max(applied)}, which has been applied already. "
            "Give it a higher number."
        )
    return todo


async def _apply(owner: asyncpg.Connection, migration: Migration) -> None:
    began = time.perf_counter()
    if migration.alone:
        for statement in filter(None, map(str.strip, migration.text.split(";\n"))):
            await owner.execute(statement)
        await _record(owner, migration, began)
        return
    async with owner.transaction():
        await owner.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        await owner.execute(CLOSED)
        await owner.execute(migration.text)
        await owner.execute(AS_BEFORE)
        await _record(owner, migration, began)


async def _record(owner: asyncpg.Connection, migration: Migration, began: float) -> None:
    await owner.execute(
        "insert into kernel.migration (name, checksum, milliseconds) values ($1, $2, $3)",
        migration.name,
        migration.checksum,
        int((time.perf_counter() - began) * 1000),
    )
