"""Migrations: applied once, in order, one process at a time, and never changed afterwards."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from guilder import db
from guilder.settings import MIGRATIONS
from tests.world import eventually

NUMBERED = re.compile(r"\d{4}_[a-z0-9_]+(\.alone)?\.sql")
LOCK = 7_463_001


@pytest.fixture
async def scratch(owner_url: str) -> AsyncIterator[str]:
    """The address of an empty database of its own."""
    name = f"scratch_{uuid4().hex}"
    owner = await asyncpg.connect(owner_url)
    await owner.execute(f"create database {name} template template0")
    yield urlunsplit(urlsplit(owner_url)._replace(path=f"/{name}"))
    await owner.execute(f"drop database {name} with (force)")
    await owner.close()


@pytest.fixture
async def gate(scratch: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection by which a migration is held up where the test wants it."""
    gate = await asyncpg.connect(scratch)
    yield gate
    await gate.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two migrations, which count how often they were applied."""
    write(tmp_path, "0001_first.sql", "create table counted (name text);")
    write(tmp_path, "0002_second.sql", "insert into counted values ('second');")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"{text}\n", "utf-8")


def names(migrations: list[db.Migration]) -> list[str]:
    return [migration.name for migration in migrations]


async def ask(url: str, query: str) -> list[object]:
    connection = await asyncpg.connect(url)
    try:
        return [row[0] for row in await connection.fetch(query)]
    finally:
        await connection.close()


def test_the_house_s_own_are_numbered_without_gaps() -> None:
    own = names(db.migrations_in(MIGRATIONS))

    assert own
    assert all(NUMBERED.fullmatch(name) for name in own)
    assert [int(name[:4]) for name in own] == list(range(1, len(own) + 1))
    assert {path.suffix for path in MIGRATIONS.iterdir() if path.is_file()} == {".sql"}


async def test_the_house_s_own_are_applied_once(owner_url: str, scratch: str) -> None:
    own = names(db.migrations_in(MIGRATIONS))

    assert names(await db.migrate(scratch, MIGRATIONS)) == own
    assert await db.migrate(scratch, MIGRATIONS) == []
    assert await db.pending(scratch, MIGRATIONS) == []
    recorded = "select name || ' ' || checksum from kernel.migration order by name"
    assert await ask(scratch, recorded) == await ask(owner_url, recorded)


async def test_what_is_pending_is_told_and_not_done(scratch: str, folder: Path) -> None:
    assert names(await db.pending(scratch, folder)) == ["0001_first.sql", "0002_second.sql"]
    assert await ask(scratch, "select to_regclass('kernel.migration')::text") == [None]

    await db.migrate(scratch, folder)
    write(folder, "0003_third.sql", "insert into counted values ('third');")

    assert names(await db.pending(scratch, folder)) == ["0003_third.sql"]
    assert await ask(scratch, "select name from counted") == ["second"]


async def test_progress_is_told(scratch: str, folder: Path) -> None:
    told: list[str] = []

    await db.migrate(scratch, folder, progress=told.append)

    assert told == ["Applying 0001_first.sql", "Applying 0002_second.sql"]


@pytest.mark.parametrize("refuses", [db.migrate, db.pending])
async def test_a_changed_file_is_refused(scratch: str, folder: Path, refuses: object) -> None:
    await db.migrate(scratch, folder)
    write(folder, "0001_first.sql", "create table counted (name text, more text);")

    with pytest.raises(db.MigrationRefused, match=r"0001_first\.sql was changed"):
        await refuses(scratch, folder)  # type: ignore[operator]


async def test_a_database_of_a_newer_program_is_refused(scratch: str, folder: Path) -> None:
    await db.migrate(scratch, folder)
    (folder / "0002_second.sql").unlink()

    with pytest.raises(db.MigrationRefused, match=r"newer.*0002_second\.sql"):
        await db.migrate(scratch, folder)


async def test_a_file_that_comes_too_late_is_refused(scratch: str, folder: Path) -> None:
    (folder / "0001_first.sql").rename(folder / "0003_first.sql")
    (folder / "0002_second.sql").rename(folder / "0004_second.sql")
    await db.migrate(scratch, folder)
    write(folder, "0002_late.sql", "select 1;")

    with pytest.raises(db.MigrationRefused, match=r"0002_late\.sql comes before 0004_second\.sql"):
        await db.migrate(scratch, folder)


async def test_a_file_that_fails_leaves_nothing_and_can_be_corrected(
    scratch: str, folder: Path
) -> None:
    write(folder, "0003_third.sql", "insert into counted values ('third'); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await db.migrate(scratch, folder)
    assert await ask(scratch, "select name from counted") == ["second"]

    write(folder, "0003_third.sql", "insert into counted values ('third');")

    assert names(await db.migrate(scratch, folder)) == ["0003_third.sql"]
    assert await ask(scratch, "select name from counted") == ["second", "third"]


async def test_two_at_once_apply_each_file_once(scratch: str, folder: Path) -> None:
    write(folder, "0003_slow.sql", "select pg_sleep(0.1); insert into counted values ('slow');")

    applied = await asyncio.gather(*(db.migrate(scratch, folder) for _ in range(3)))

    assert sorted(names([one for each in applied for one in each])) == names(
        db.migrations_in(folder)
    )
    assert await ask(scratch, "select name from counted") == ["second", "slow"]


async def test_an_index_is_built_while_another_process_waits_for_its_turn(
    scratch: str, folder: Path, gate: asyncpg.Connection
) -> None:
    """Whoever waits holds no snapshot, for which a concurrent index would wait in turn."""
    await gate.execute("select pg_advisory_lock(1)")
    write(
        folder,
        "0003_index.alone.sql",
        "select pg_advisory_lock(1);\n"
        "create index concurrently if not exists by_name on counted (name);\n"
        "insert into counted values ('alone');",
    )

    async with asyncio.timeout(20), asyncio.TaskGroup() as processes:
        first = processes.create_task(db.migrate(scratch, folder))
        await at_the_gate(gate)
        second = processes.create_task(db.migrate(scratch, folder))
        await in_the_queue(gate)
        await gate.execute("select pg_advisory_unlock(1)")

    assert [len(first.result()), len(second.result())] == [3, 0]
    valid = "select indisvalid from pg_index where indexrelid = 'by_name'::regclass"
    assert await ask(scratch, valid) == [True]
    assert await ask(scratch, "select name from counted") == ["second", "alone"]


async def at_the_gate(gate: asyncpg.Connection) -> None:
    async def is_waiting() -> bool:
        waits = "select exists (select from pg_locks where locktype = 'advisory' and not granted)"
        return bool(await gate.fetchval(waits))

    await eventually(is_waiting)


async def in_the_queue(gate: asyncpg.Connection) -> None:
    """Another process has asked for the lock, and did not get it."""

    async def has_asked() -> bool:
        asked = """
            select count(*) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            and query like '%advisory_lock($1)%'
        """
        return int(await gate.fetchval(asked)) == 1

    await eventually(has_asked)


async def test_what_stands_alone_and_fails_is_run_again(scratch: str, folder: Path) -> None:
    write(
        folder,
        "0003_index.alone.sql",
        "create index concurrently if not exists by_name on counted (name);\nselect 1 / 0;",
    )
    with pytest.raises(asyncpg.DivisionByZeroError):
        await db.migrate(scratch, folder)
    write(
        folder,
        "0003_index.alone.sql",
        "create index concurrently if not exists by_name on counted (name);",
    )

    assert names(await db.migrate(scratch, folder)) == ["0003_index.alone.sql"]


async def test_the_lock_goes_with_its_process(scratch: str, folder: Path) -> None:
    write(folder, "0003_wrong.sql", "select from nowhere;")
    with pytest.raises(asyncpg.UndefinedTableError):
        await db.migrate(scratch, folder)

    assert await ask(scratch, f"select pg_try_advisory_lock({LOCK})") == [True]


async def test_the_application_can_neither_migrate_nor_make_temporary_tables(
    scratch: str, folder: Path
) -> None:
    await db.migrate(scratch, folder)
    held = """
        select privilege from unnest(array['create', 'temporary']) as privilege
        where has_database_privilege('guilder_app', current_database(), privilege)
    """

    assert await ask(scratch, held) == []
