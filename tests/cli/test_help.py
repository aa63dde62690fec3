"""The help says how a command is called, in our words and in no others."""

import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from cyclopts import App
from rich.console import Console

from guilder.cli.main import app
from tests.cli.house import command, environment

STANDARD = {"--help", "-h", "--version"}


def commands(of: App, *before: str) -> Iterator[tuple[str, ...]]:
    """Every command by its words."""
    for name in of:
        if name not in STANDARD:
            yield (*before, name)
            yield from commands(of[name], *before, name)


COMMANDS = sorted(commands(app))


def test_there_are_commands_to_look_at() -> None:
    assert {("up",), ("jobs",), ("jobs", "retry"), ("keys", "create")} <= set(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_option_has_one_name_and_no_opposite(words: tuple[str, ...]) -> None:
    console = Console(file=StringIO(), width=100)
    app.help_print(words, console=console)
    told = console.file.getvalue()

    assert told.startswith(f"Usage: guilder {' '.join(words)}")
    assert re.findall(r"--(?:no|empty)-[a-z]+", told) == []
    assert re.findall(r"^│ [* ] *[A-Z]+ --[a-z]+", told, re.MULTILINE) == []
    assert "default: False" not in told
    assert "default: None" not in told


def test_a_thing_is_named_by_its_place(tmp_path: Path) -> None:
    job = "01a1f8b6-0000-7000-8000-000000000000"
    asked = command("jobs", "retry", "--job", job, "--data", str(tmp_path))

    assert asked.returncode == 2
    assert "--job" in asked.stdout + asked.stderr


def loaded_by(*words: str) -> set[str]:
    """The modules that a command loads."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "guilder", *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize(
    ("words", "needless"),
    [
        (("--help",), {"asyncpg", "structlog", "guilder.db", "guilder.app", "rich.markdown"}),
        (("up", "--help"), {"asyncpg", "structlog", "guilder.db", "guilder.app"}),
        (("tenants", "--help"), {"structlog", "prometheus_client", "guilder.app"}),
        (("tenants", "list", "--help"), {"structlog", "prometheus_client", "guilder.app"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_is_slow_to_load_is_not_waited_for_in_vain(
    words: tuple[str, ...], needless: set[str]
) -> None:
    loaded = loaded_by(*words)

    assert "cyclopts" in loaded
    assert loaded & needless == set()
