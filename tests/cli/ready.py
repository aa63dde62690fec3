"""Data folders that were begun before: each is made once in a run, and copied for who wants one."""

import fcntl
import subprocess
from pathlib import Path

from tests.cli.house import Up


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
        assert up.stop() == 0
    return folder
