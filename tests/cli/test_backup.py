"""A backup is the whole database, and comes back as it was."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.cli.house import Up, command, told
from tests.cli.ready import begun

SECRET = "a secret of the tests, long enough to pass"


@pytest.fixture
def owners(owner_url: str) -> Iterator[tuple[str, str]]:
    """Two databases of the tests' server by their owners' addresses, who may nothing else."""
    names = [f"owner_{uuid4().hex}" for _ in range(2)]
    parts = urlsplit(owner_url)
    place = parts.netloc.rpartition("@")[2]
    for name in names:
        ask(owner_url, f"create role {name} login password '{SECRET}'")
        ask(owner_url, f"create database {name} owner {name}")
    first, second = (
        urlunsplit(parts._replace(netloc=f"{name}:{SECRET.replace(' ', '%20')}@{place}", path=name))
        for name in names
    )
    yield first, second
    for name in names:
        ask(owner_url, f"drop database if exists {name} with (force)")
        ask(owner_url, f"drop role if exists {name}")


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    async def run() -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(run())


def owned_by(url: str) -> dict[str, str]:
    """The environment of a command on somebody else's server."""
    programs = os.environ.get("GUILDER_TEST_POSTGRES", "")
    return {
        "GUILDER_DATABASE_URL": url,
        "GUILDER_SECRET_KEY": SECRET,
        "GUILDER_POSTGRES_BINARIES": programs,
    }


def test_what_was_backed_up_comes_back(tmp_path: Path, shelf: Path) -> None:
    here, there = begun(tmp_path / "here", shelf=shelf), tmp_path / "there"
    file = tmp_path / "guilder.backup"
    with Up(here) as up:
        tenant = told("tenants", "create", "--name", "Kept", "--data", str(here))
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", "--data", str(here))
        done = command("backup", str(file), "--data", str(here))
        assert done.returncode == 0, done.stderr
        assert file.stat().st_mode & 0o077 == 0, "others may read it"
        before = up.get("/v1/tenant", key["secret"])
    there.mkdir()
    (there / "secret.key").write_text((here / "secret.key").read_text())

    restored = command("restore", str(file), "--data", str(there))

    assert restored.returncode == 0, restored.stderr
    with Up(there) as up:
        assert up.get("/v1/tenant", key["secret"]) == before
        assert up.get("/v1/api-keys", key["secret"])["data"][0]["id"] == key["id"]
        told("tenants", "create", "--name", "And another", "--data", str(there))


def test_another_owner_restores_what_a_plain_owner_backed_up(
    owners: tuple[str, str], owner_url: str, tmp_path: Path
) -> None:
    data, file = ("--data", str(tmp_path / "data")), str(tmp_path / "guilder.backup")
    here, there = (owned_by(url) for url in owners)
    assert command("migrate", *data, **here).returncode == 0
    tenant = told("tenants", "create", "--name", "Moved", *data, **here)
    key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", *data, **here)
    done = command("backup", file, *data, **here)
    assert done.returncode == 0, done.stderr
    policies = "select tablename, policyname, roles::text, qual from pg_policies order by 1, 2"
    before = ask(owners[0], policies)
    name = urlsplit(owners[0]).username
    ask(owner_url, f"drop database {name} with (force)")
    ask(owner_url, f"drop role {name}")

    restored = command("restore", file, *data, **there)

    assert restored.returncode == 0, restored.stderr
    assert ask(owners[1], policies) == before
    assert command("migrate", *data, **there).stdout == "Nothing to apply.\n"
    assert ask(owners[1], "select id::text from identity.all_tenants(9)") == [(tenant["id"],)]
    with Up(tmp_path / "data", **there) as up:
        assert up.get("/v1/tenant", key["secret"])["id"] == tenant["id"]
        another = told("tenants", "create", "--name", "And another", *data, **there)
        listed = told("tenants", "list", *data, **there)
        assert {one["id"] for one in listed} == {tenant["id"], another["id"]}


def test_only_the_owner_migrates_and_takes_a_backup(
    owners: tuple[str, str], tmp_path: Path
) -> None:
    """To anybody else row security would show a part, and the backup would look whole."""
    data, file = ("--data", str(tmp_path / "data")), tmp_path / "guilder.backup"
    first, second = (urlsplit(url) for url in owners)
    stranger = owned_by(urlunsplit(first._replace(path=second.path)))

    refused = [
        command("backup", str(file), *data, **stranger),
        command("migrate", *data, **stranger),
    ]

    assert not file.exists()
    told_why = f"{first.username} does not own the database {second.username}"
    assert [told_why in each.stderr for each in refused] == [True, True]


def test_a_backup_replaces_nothing(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    file = tmp_path / "guilder.backup"
    file.write_text("another")

    kept = command("backup", str(file), *data)
    missing = command("restore", str(tmp_path / "none"), *data)

    assert (kept.returncode, file.read_text()) == (1, "another")
    assert "exists already" in kept.stderr
    assert "There is no backup at" in missing.stderr


def test_a_database_with_something_in_it_is_not_overwritten(tmp_path: Path, shelf: Path) -> None:
    data = ("--data", str(begun(tmp_path / "data", shelf=shelf)))
    file = tmp_path / "guilder.backup"
    told("tenants", "create", "--name", "Kept", *data)
    assert command("backup", str(file), *data).returncode == 0

    refused = command("restore", str(file), *data)

    assert refused.returncode == 1
    assert "The database is not empty" in refused.stderr


def test_psql_is_pointed_at_the_database(tmp_path: Path, shelf: Path) -> None:
    data = ("--data", str(begun(tmp_path / "data", shelf=shelf)))
    told("tenants", "create", "--name", "Kept", *data)

    counted = command("psql", *data, "-Atc", "select count(*) from identity.tenant")

    assert (counted.stdout, counted.returncode) == ("1\n", 0)
