"""A running Guilder, as a process that can be killed, and its operator's commands."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
READY_SECONDS: Final = 30.0
STOP_SECONDS: Final = 30.0


class House:
    """One data folder and one port, with a process that comes and goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the system, and return when it says that it is ready."""
        self._begin("up")

    def serve(self) -> None:
        """Serve beside another house of the same folder, and return when it says so."""
        self._begin("serve")

    def _begin(self, command: str) -> None:
        log = (self.folder / "prove.log").open("ab")
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*_guilder(), command, "--data", str(self.folder), "--port", str(self.port)],
            stdout=subprocess.PIPE,
            stderr=log,
            env=_environment(),
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            line = self.process.stdout.readline() if self.process.stdout else b""
            if b"address" in line:
                return
            if not line:
                break
        raise RuntimeError(f"it did not start; see {self.folder}/prove.log")

    def kill(self) -> None:
        """Kill the process, as a machine does that runs out of memory."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Stop it as a person does."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill_database(self, *, whole: bool) -> None:
        """Kill the database: the whole server, or one of its backends."""
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
        postmaster = int(lines[0])
        victim = postmaster
        if not whole:
            backends = _children_of(postmaster, "guilder_app")
            victim = backends[0] if backends else postmaster
        os.kill(victim, signal.SIGKILL)

    def command(self, *words: str) -> Any:
        """Run an operator's command, and read its JSON."""
        done = subprocess.run(  # noqa: S603 - our own program
            [*_guilder(), *words, "--json", "--data", str(self.folder)],
            check=True,
            capture_output=True,
            env=_environment(),
        )
        return json.loads(done.stdout)


def _guilder() -> list[str]:
    return [sys.executable, "-m", "guilder"]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUILDER_")}
    return kept | {"PYTHONPATH": str(ROOT / "src")}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _children_of(pid: int, title: str) -> list[int]:
    listed = subprocess.run(  # noqa: S603
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)],  # noqa: S607 - from the system
        check=False,
        capture_output=True,
        text=True,
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if title in line]
