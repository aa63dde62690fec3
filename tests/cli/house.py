"""A Guilder in a process of its own, as an operator starts it."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from tests.cli.commands import run, start

ROOT = Path(__file__).resolve().parents[2]
GUILDER = [sys.executable, "-m", "guilder"]
STOP_SECONDS = 30
DEADLINE_SECONDS = 20


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUILDER_")}
    return kept | {"PYTHONPATH": str(ROOT / "src")} | more


def command(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, whatever it says."""
    return run(words, environment(**more))


def told(*words: str, **more: str) -> Any:
    """Run a command that answers JSON."""
    done = command(*words, "--json", **more)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def wait_until(holds: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, why


class Up:
    """`guilder up`, or another command that runs until it is stopped."""

    def __init__(self, folder: Path, *words: str, **more: str) -> None:
        self.folder = folder
        given = words or ("up", "--port", "0")
        self.process, self.said = start(
            [*given, "--data", str(folder)], environment(**more), folder.parent / "stderr.txt"
        )
        self.block = ""
        for line in self.said:
            self.block += line
            if "Ctrl-C" in line:
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self.said.close()

    @property
    def address(self) -> str:
        (line,) = (line for line in self.block.splitlines() if line.startswith("  address"))
        return line.split()[1]

    def get(self, path: str, secret: str | None = None) -> Any:
        request = urllib.request.Request(self.address + path)  # noqa: S310 - on loopback
        if secret:
            request.add_header("authorization", f"Bearer {secret}")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - likewise
            return json.load(answer)

    def serves(self, secret: str) -> bool:
        """Whether a request that needs the database is answered."""
        try:
            return bool(self.get("/v1/tenant", secret)["id"])
        except (urllib.error.URLError, OSError):
            return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def lose_database(self) -> None:
        """Kill the database, and see it started again. Until then the last one may answer."""
        killed = self.postmaster
        os.kill(killed, signal.SIGKILL)

        def is_another() -> bool:
            with suppress(OSError, IndexError, ValueError):  # while it is being written
                return self.postmaster != killed
            return False

        wait_until(is_another, "the database was not started again")

    @property
    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
