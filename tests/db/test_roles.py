"""The application's password: derived, changed by nobody unasked, and never said aloud."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from guilder import db, postgres
from guilder.settings import MIGRATIONS
from tests.cli.house import command

FIRST, SECOND = (f"the {which} secret, long enough to pass" for which in ("first", "second"))
ASKS_FOR_PASSWORDS = "local all guilder trust\nlocal all all scram-sha-256\n"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="guilder-roles-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def url(folder: Path) -> AsyncIterator[str]:
    """A server that asks the application for its password, and writes down all that it hears."""
    binaries = os.environ.get("GUILDER_TEST_POSTGRES")
    server = postgres.open_server(
        folder,
        settings={"fsync": "off", "log_statement": "all", "log_min_duration_statement": "0"},
        binaries=Path(binaries) if binaries else None,
    )
    server.wait_ready()
    (folder / "postgres" / "pg_hba.conf").write_text(ASKS_FOR_PASSWORDS)
    owner = await asyncpg.connect(server.url("guilder"))
    await owner.execute("select pg_reload_conf()")
    await owner.close()
    yield server.url("guilder")
    server.stop()


def password_of(secret: str) -> str:
    return db.app_password(secret.encode())


async def lets_in(url: str, secret: str) -> bool:
    try:
        connection = await asyncpg.connect(db.as_app_role(url, password_of(secret)))
    except asyncpg.InvalidPasswordError:
        return False
    await connection.close()
    return True


async def give(url: str, secret: str) -> None:
    """Have the role log in with the password of this secret, whatever it had before."""
    await db.migrate(url, MIGRATIONS, app_password=password_of(secret), new_password=True)


async def test_the_password_is_never_said(url: str, folder: Path) -> None:
    await give(url, FIRST)

    assert await lets_in(url, FIRST)
    assert not await lets_in(url, SECOND)
    heard = (folder / "postgres.log").read_text()
    assert "alter role guilder_app login password 'SCRAM-SHA-256$" in heard
    assert password_of(FIRST) not in heard


async def test_what_is_kept_of_a_password_is_salted_anew_each_time(url: str) -> None:
    kept = "select rolpassword from pg_authid where rolname = 'guilder_app'"
    owner = await asyncpg.connect(url)
    verifiers = set()

    for _ in range(2):
        await give(url, FIRST)
        verifiers.add(await owner.fetchval(kept))
    await owner.close()

    assert len(verifiers) == 2


async def test_another_password_is_refused_until_it_is_asked_for(url: str, tmp_path: Path) -> None:
    await give(url, FIRST)
    data = ("--data", str(tmp_path / "data"))
    first = {"GUILDER_DATABASE_URL": url, "GUILDER_SECRET_KEY": FIRST}
    second = {"GUILDER_DATABASE_URL": url, "GUILDER_SECRET_KEY": SECOND}
    assert command("migrate", *data, **first).stdout == "Nothing to apply.\n"

    refused = command("migrate", *data, **second)

    assert refused.returncode == 1
    assert "does not follow from this GUILDER_SECRET_KEY" in refused.stderr
    assert (await lets_in(url, FIRST), await lets_in(url, SECOND)) == (True, False)

    changed = command("migrate", "--new-password", *data, **second)

    assert changed.returncode == 0, changed.stderr
    assert (await lets_in(url, FIRST), await lets_in(url, SECOND)) == (False, True)
