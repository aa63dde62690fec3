"""A backup is the whole database, and comes back as it was."""

from pathlib import Path

from tests.cli.house import Up, command, told


def test_what_was_backed_up_comes_back(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
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


def test_a_backup_replaces_nothing(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    file = tmp_path / "guilder.backup"
    file.write_text("another")

    kept = command("backup", str(file), *data)
    missing = command("restore", str(tmp_path / "none"), *data)

    assert (kept.returncode, file.read_text()) == (1, "another")
    assert "exists already" in kept.stderr
    assert "There is no backup at" in missing.stderr


def test_a_database_with_something_in_it_is_not_overwritten(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    file = tmp_path / "guilder.backup"
    told("tenants", "create", "--name", "Kept", *data)
    assert command("backup", str(file), *data).returncode == 0

    refused = command("restore", str(file), *data)

    assert refused.returncode == 1
    assert "The database is not empty" in refused.stderr


def test_psql_is_pointed_at_the_database(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    told("tenants", "create", "--name", "Kept", *data)

    counted = command("psql", *data, "-Atc", "select count(*) from identity.tenant")

    assert (counted.stdout, counted.returncode) == ("1\n", 0)
