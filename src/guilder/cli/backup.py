"""`backup`, `restore` and `psql`: PostgreSQL's own programs, pointed at the right database."""

import os
import subprocess
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit, urlunsplit

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
        # It holds what every tenant has: nobody else may read it, from its first byte on.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        try:
            where = _owner_url(found)
            uvloop.run(_look(where))
            _run(
                settings,
                "pg_dump",
                "--format=custom",
                # Its policy shows the owner every row. Without, only a superuser could dump.
                "--enable-row-security",
                f"--file={unfinished}",
                where=where,
            )
            unfinished.rename(file)
        finally:
            unfinished.unlink(missing_ok=True)
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
            str(file),
            where=where,
        )
    say("The database is restored. Put the secret.key of then into the data folder.")


def psql(*words: Annotated[str, Parameter(allow_leading_hyphen=True)], data: Data = None) -> None:
    """Open psql on the database, as its owner. Words go to psql as they are."""
    settings = read_settings(data=data)
    with reach(settings) as found:
        address, environment = _without_password(_owner_url(found))
        done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [_program(settings, "psql"), f"--dbname={address}", *words],
            check=False,
            env=environment,
        )
    raise SystemExit(done.returncode)


async def _look(url: str) -> None:
    """Refuse a role from which row security would hide what belongs into the backup."""
    owner = await asyncpg.connect(url)
    try:
        await db.refuse_a_stranger(owner)
    finally:
        await owner.close()


async def _prepare(found: Reach) -> None:
    """Refuse a database that holds something, and make the application's role."""
    url = _owner_url(found)
    owner = await asyncpg.connect(url)
    try:
        await db.refuse_a_stranger(owner)
        if await owner.fetchval("select to_regclass('kernel.migration')") is not None:
            raise CannotRun("The database is not empty: restore into a new --data folder.")
        await db.ensure_app_role(owner, url, password=found.password)
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


def _without_password(url: str) -> tuple[str, dict[str, str]]:
    """An address that may stand in a list of processes, and the environment with its secret."""
    parts = urlsplit(url)
    if parts.password is None:
        return url, dict(os.environ)
    place = f"{parts.username}@{parts.netloc.rpartition('@')[2]}"
    environment = os.environ | {"PGPASSWORD": unquote(parts.password)}
    return urlunsplit(parts._replace(netloc=place)), environment


def _run(settings: Settings, name: str, *words: str, where: str) -> None:
    address, environment = _without_password(where)
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [_program(settings, name), f"--dbname={address}", *words],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        last = " ".join(done.stderr.strip().split("\n")[-TOLD_LINES:])
        raise CannotRun(f"{name} has failed: {last}")
