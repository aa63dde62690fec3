"""What the tests of the embedded database do to a machine, and ask of it."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import psutil
import pytest

from guilder.postgres import Server

Answer = TypeVar("Answer")
ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="changes OS users: needs root")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def until(ask: Callable[[], Answer], seconds: float = 15) -> Answer:
    """Ask again and again until there is an answer."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.002)
    return answer


def value(url: str, statement: str) -> Any:
    """Run a statement through the driver that the product uses."""

    async def ask() -> Any:
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.run(ask())


def works(server: Server) -> bool:
    return bool(value(server.url("guilder"), "select 1") == 1)


def postmaster_of(folder: Path) -> int:
    return int((folder / "postgres/postmaster.pid").read_text().splitlines()[0])


def processes_in(folder: Path) -> list[psutil.Process]:
    """Everything of PostgreSQL that works in the cluster of this folder, even half made."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).parent == folder and process.name() in {"postgres", "initdb"}:
                found.append(process)
        except psutil.Error:
            continue
    return found


def copy(source: Path, target: Path) -> Path:
    """Copy a data folder with its owners, which is quicker than making one."""
    subprocess.run(["cp", "-a", source, target], check=True)  # noqa: S607 - test tool
    return target


class Elsewhere:
    """Another process that opens the server of a folder and keeps it until told otherwise."""

    def __init__(self, folder: Path, *options: str, **start: Any) -> None:
        python = start.pop("python", sys.executable)
        site = os.path.dirname(os.path.dirname(asyncpg.__file__))  # noqa: PTH120 - a plain path
        self.process = subprocess.Popen(
            [python, "-m", "tests.postgres.elsewhere", str(folder), *options],
            cwd="/",
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}:{site}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **start,
        )

    def says(self) -> dict[str, Any]:
        """Wait until it has opened the server, or failed to."""
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline() or "{}")
        return said

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode


@contextmanager
def elsewhere(folder: Path, *options: str, **start: Any) -> Iterator[Elsewhere]:
    other = Elsewhere(folder, *options, **start)
    try:
        yield other
    finally:
        if other.process.poll() is None:
            other.kill()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Mount a tiny disk on the folder."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "none", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)  # noqa: S607 - test tool
        shutil.rmtree(folder)
