"""`backup`, `restore` and `psql`: PostgreSQL's own programs, pointed at the right database."""

import os
import subprocess
from pathlib import Path
from typing import Annotated

import asyncpg
import uvloop
from cyclopts import Parameter

from guilder import db, postgres
from guilder.settings import Settings, read_settings

from .failures import CannotRun
from .options import Data
from .reach import Reach, reach
from .say import progress, say

TOLD_LINES = 3


def backup(file: Path, /, *, data: Data = None) -> None:
    """Write the whole database to a file, while everything goes on."""
    settings = read_settings(data=data)
    if file.exists():
        raise CannotRun(f"{file} exists already, and a backup does not replace another.")
    unfinished = file.with_name(file.name + ".unfinished")
    with reach(settings) as found:
        progress("Writing the backup")
        where = _owner_url(found)
        _run(settings, "pg_dump", "--format=custom", f"--file={unfinished}", where)
    unfinished.rename(file)
    say(f"The database is in {file}. Keep {settings.data / 'secret.key'} with it, but apart.")


def restore(file: Path, /, *, data: Data = None) -> None:
    """Fill an empty database from a backup."""
    settings = read_settings(data=data)
    if not file.is_file():
        raise CannotRun(f"There is no backup at {file}.")
    with reach(settings) as found:
        where = _owner_url(found)
        uvloop.run(_prepare(found))
        progress("Reading the backup")
        _run(
            settings,
            "pg_restore",
            "--no-owner",
            "--exit-on-error",
            "--single-transaction",
            f"--dbname={where}",
            str(file),
        )
    say("The database is restored. Put the secret.key of then into the data folder.")


def psql(*words: Annotated[str, Parameter(allow_leading_hyphen=True)], data: Data = None) -> None:
    """Open psql on the database, as its owner. Words go to psql as they are."""
    settings = read_settings(data=data)
    with reach(settings) as found:
        program = _program(settings, "psql")
        done = subprocess.run([program, _owner_url(found), *words], check=False)  # noqa: S603
    raise SystemExit(done.returncode)


async def _prepare(found: Reach) -> None:
    """Refuse a database that holds something, and make the application's role."""
    owner = await asyncpg.connect(_owner_url(found))
    try:
        if await owner.fetchval("select to_regclass('kernel.migration')") is not None:
            raise CannotRun("The database is not empty: restore into a new --data folder.")
        await db.ensure_app_role(owner, found.password)
    finally:
        await owner.close()


def _owner_url(found: Reach) -> str:
    if found.owner_url is None:
        raise CannotRun(
            "GUILDER_DATABASE_URL names the role guilder_app, which sees no tenant's rows: "
            "give the owner's address."
        )
    return found.owner_url


def _program(settings: Settings, name: str) -> str:
    program = postgres.find_binaries(settings.postgres_binaries).program(name)
    if not os.access(program, os.X_OK):
        raise CannotRun(f"{program} is missing.")
    return program


def _run(settings: Settings, name: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [_program(settings, name), *words], capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = " ".join(done.stderr.split("\n")[-TOLD_LINES:]).strip()
        raise CannotRun(f"{name} has failed: {last}")
