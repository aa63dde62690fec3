"""Guilder on a PostgreSQL of somebody else's."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from guilder import db
from tests.cli.house import Up, command, told

SECRET = "a secret of the tests, long enough to pass"


@pytest.fixture
def database(owner_url: str) -> Iterator[str]:
    """A database of its own on the tests' server, by its owner's address."""
    name = f"guilder_{uuid4().hex}"

    async def run(statement: str) -> None:
        connection = await asyncpg.connect(owner_url)
        await connection.execute(statement)
        await connection.close()

    asyncio.run(run(f"create database {name}"))
    yield owner_url.replace("/guilder?", f"/{name}?", 1)
    asyncio.run(run(f"drop database {name} with (force)"))


def test_it_migrates_and_serves_there(database: str, tmp_path: Path) -> None:
    more = {"GUILDER_DATABASE_URL": database, "GUILDER_SECRET_KEY": SECRET}
    data = ("--data", str(tmp_path / "data"))
    assert command("migrate", "--plan", *data, **more).stdout.startswith("0001_kernel.sql\n")
    assert command("migrate", *data, **more).stdout.startswith("Applied ")
    assert command("migrate", "--plan", *data, **more).stdout == "Nothing to apply.\n"

    with Up(tmp_path / "data", **more) as up:
        tenant = told("tenants", "create", "--name", "Elsewhere", *data, **more)
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", *data, **more)
        assert up.get("/v1/tenant", key["secret"])["id"] == tenant["id"]
        assert up.stop() == 0
    assert not (tmp_path / "data" / "postgres").exists()


def test_the_application_alone_serves_and_cannot_migrate(database: str, tmp_path: Path) -> None:
    secret = {"GUILDER_SECRET_KEY": SECRET}
    data = ("--data", str(tmp_path / "data"))
    owner = {"GUILDER_DATABASE_URL": database} | secret
    assert command("migrate", *data, **owner).returncode == 0
    password = db.app_password(SECRET.encode())
    app = {"GUILDER_DATABASE_URL": db.as_app_role(database, password)} | secret

    refused = command("migrate", *data, **app)
    with Up(tmp_path / "data", "serve", "--port", "0", **app) as serving:
        assert serving.get("/readyz") == {"status": "ready"}

    assert refused.returncode == 1
    assert refused.stderr.startswith("guilder: GUILDER_DATABASE_URL names the role guilder_app")


async def test_a_role_that_could_bypass_is_refused(owner_url: str) -> None:
    pool = await db.open_pool(owner_url, size=1)

    with pytest.raises(db.RoleCouldBypass, match="it is a superuser"):
        await db.refuse_a_role_that_could_bypass(pool)

    await pool.close()


def test_a_database_that_was_not_migrated_is_not_served(database: str, tmp_path: Path) -> None:
    more = {"GUILDER_DATABASE_URL": database, "GUILDER_SECRET_KEY": SECRET}

    refused = command("serve", "--port", "0", "--data", str(tmp_path / "data"), **more)

    assert refused.returncode == 1
    assert "run `guilder migrate`" in refused.stderr
