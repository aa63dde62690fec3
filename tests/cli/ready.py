"""Data folders that were begun before: each is made once in a run, and copied for who wants one."""

import fcntl
import subprocess
from pathlib import Path

from tests.cli.house import Up, command, wait_until

LEFT = "select not exists (select from events.outbox)"


def begun(folder: Path, *, shelf: Path, word: str = "up") -> Path:
    """A folder as `guilder up`, or `guilder demo`, left it behind when it was stopped."""
    original = shelf / word
    with (shelf / f"{word}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not original.exists():
            _begin(shelf / f"{word}.begun" / "data", word).rename(original)
    # With the owners that its files have: the database runs as another user than root.
    subprocess.run(["cp", "-a", str(original), str(folder)], check=True)  # noqa: S607 - everybody's
    return folder


def _begin(folder: Path, word: str) -> Path:
    folder.parent.mkdir()
    with Up(folder, word, "--port", "0") as up:
        wait_until(lambda: _has_told_all(folder), "its facts are still on their way")
        assert up.stop() == 0
    return folder


def _has_told_all(folder: Path) -> bool:
    """Whether no fact waits any more: each copy would have to pass them on anew."""
    said = command("psql", "--data", str(folder), "--", "-tAc", LEFT)
    return said.stdout.strip() == "t"
