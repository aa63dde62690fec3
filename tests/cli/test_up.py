"""One command starts everything, says so once, and leaves nothing behind."""

import os
import signal
import socket
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.house import Up, command, told, wait_until
from tests.cli.ready import begun


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a house with spaces"


@pytest.fixture
def lived_in(folder: Path, shelf: Path) -> Path:
    """A folder that was started before."""
    return begun(folder, shelf=shelf)


def is_gone(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_serves_and_stops(folder: Path, number: signal.Signals) -> None:
    with Up(folder) as up:
        assert up.get("/readyz") == {"status": "ready"}
        assert f"data      {folder}" in up.block
        postmaster = up.postmaster

        assert up.stop(number) == 0
        assert "Guilder has stopped." in up.said.read()
    assert is_gone(postmaster)


def test_commands_attach_to_what_runs(lived_in: Path) -> None:
    data = ("--data", str(lived_in))
    with Up(lived_in) as up:
        tenant = told("tenants", "create", "--name", "Ada's Tulips", *data)
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*", *data)
        (listed,) = up.get("/v1/api-keys", key["secret"])["data"]
        assert listed["id"] == key["id"]
        assert tenant["slug"] == "adas-tulips"

        told_tenants = told("tenants", "list", GUILDER_DATA=str(lived_in))
        assert [each["id"] for each in told_tenants] == [tenant["id"]]
        assert told("jobs", "list", *data) == []
        up.stop()

    assert told("keys", "list", "--tenant", tenant["id"], *data)[0]["id"] == key["id"]


def test_what_was_written_survives_the_worst(lived_in: Path) -> None:
    with Up(lived_in) as up:
        tenant = told("tenants", "create", "--name", "Kept", "--data", str(lived_in))
        postmaster = up.postmaster
        up.process.kill()
        wait_until(lambda: is_gone(postmaster), "the database outlived its parent")

    with Up(lived_in) as up:
        key = told("keys", "create", "--tenant", tenant["id"], "--scope", "*",
                   "--data", str(lived_in))  # fmt: skip
        up.lose_database()
        wait_until(lambda: up.serves(key["secret"]), "what was kept is not served")
        assert up.stop() == 0


def test_a_port_that_is_taken_is_told_in_one_sentence(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = command("up", "--data", str(folder), "--port", str(port))

    assert refused.returncode == 1
    assert refused.stderr == (
        f"guilder: Cannot listen on 127.0.0.1:{port} (Address already in use): "
        "choose another --port, or --port 0 for a free one.\n"
    )


def test_a_folder_is_served_by_one(lived_in: Path) -> None:
    with Up(lived_in) as up:
        refused = command("up", "--data", str(lived_in), "--port", "0")

        assert refused.returncode == 1
        assert f"(process {up.process.pid}, {up.address})" in refused.stderr
        assert len(refused.stderr.splitlines()) == 1


def test_a_worker_attaches_to_what_runs(lived_in: Path) -> None:
    with Up(lived_in) as up, Up(lived_in, "work") as worker:
        assert "Guilder is working." in worker.block
        assert worker.stop() == 0
        assert up.get("/healthz") == {"status": "alive"}


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("GUILDER_PORT", "many", "The setting port cannot be used"),
        ("GUILDER_PORT", "70000", "The setting port cannot be used"),
        ("GUILDER_SECRET_KEY", "short", "GUILDER_SECRET_KEY has at least 32 characters."),
        ("GUILDER_LOG_LEVEL", "loud", "The setting log_level cannot be used"),
        ("GUILDER_POSTGRES_SETTINGS", "shared_buffers=lots", "shared_buffers"),
        ("GUILDER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x", "refuse"),
        ("GUILDER_DATABASE_URL", "mysql://x", "postgresql"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_sentence(
    folder: Path, setting: str, value: str, sentence: str
) -> None:
    words = ("up", "--data", str(folder), *(("--port", "0") if setting != "GUILDER_PORT" else ()))
    refused = command(*words, **{setting: value})

    assert refused.returncode == 1
    lines = [line for line in refused.stderr.splitlines() if not line.endswith("…")]
    assert len(lines) == 1
    assert lines[0].startswith("guilder: ")
    assert sentence in lines[0]


def test_settings_are_read_from_the_folder_too(folder: Path) -> None:
    folder.mkdir()
    (folder / "guilder.toml").write_text("nonsense = 1\n")

    refused = command("tenants", "list", "--data", str(folder))

    assert refused.returncode == 1
    assert refused.stderr == (
        f"guilder: What {folder / 'guilder.toml'} says cannot be used: "
        "Object contains unknown field `nonsense`.\n"
    )


def test_a_folder_without_a_name_is_not_the_current_one(folder: Path) -> None:
    given = [command("tenants", "list", "--data", name) for name in ("",)]
    named = command("tenants", "list", GUILDER_DATA="")
    outvoted = command("tenants", "list", "--data", str(folder), GUILDER_DATA="")

    sentence = "guilder: {} is empty: name a folder, or leave it out.\n"
    assert {each.stderr for each in given} == {sentence.format("--data")}
    assert named.stderr == sentence.format("GUILDER_DATA")
    assert outvoted.returncode == 0
