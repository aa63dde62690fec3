"""What a server tells of itself in `postmaster.pid`, and what it leaves there when it is killed."""

import os
import socket
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .account import Account
from .sockets import forget_socket

PID, PORT, SOCKET_FOLDER, STATUS = 0, 3, 4, 7
COMPLETE_LINES: Final = 8
# Line 8, the status, is not kept: a server that is starting says it anew.
KEPT_LINES: Final = 7
BEING_WRITTEN_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Postmaster:
    """A server that has said where it listens."""

    pid: int
    port: int
    socket_folder: Path
    ready: bool

    def answers(self) -> bool:
        """Whether somebody listens at the socket, whatever the file may claim."""
        address = str(self.socket_folder / f".s.PGSQL.{self.port}")
        with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as probe:
            probe.settimeout(1)
            try:
                probe.connect(address)
            except OSError:
                return False
            return True


def read_postmaster(cluster: Path) -> Postmaster | None:
    """Read what the server of this cluster says, once it has said all of it."""
    lines = _lines(cluster)
    if len(lines) < COMPLETE_LINES or not (lines[PID].isdecimal() and lines[PORT].isdecimal()):
        return None
    return Postmaster(
        pid=int(lines[PID]),
        port=int(lines[PORT]),
        # A relative folder is relative to the cluster, where the server works.
        socket_folder=cluster / lines[SOCKET_FOLDER],
        ready=lines[STATUS].startswith("ready"),
    )


def listening_postmaster(cluster: Path) -> Postmaster | None:
    """Answer the server that listens for this cluster, ready or not, if there is one."""
    found = read_postmaster(cluster)
    return found if found and found.answers() else None


def is_occupied(cluster: Path) -> bool:
    """Whether a server is on its way here that somebody starts by hand, listening or not yet."""
    return _is_occupied(cluster, _lines(cluster))


def disarm_leftovers(cluster: Path, socket_folder: Path, account: Account) -> None:
    """Make what a killed server left harmless: its process id may be somebody else's by now.

    The file itself stays, since it names the shared memory by which PostgreSQL makes sure
    that no process of the killed server lives; it only names us as the one who wrote it,
    which PostgreSQL takes for stale.
    """
    # Read once: a file that appears from now on is not what was left, and nothing touches it.
    lines = _lines(cluster)
    if _is_occupied(cluster, lines):
        return
    if len(lines) >= KEPT_LINES:
        _rewrite(cluster, [str(os.getpid()), *lines[1:KEPT_LINES], ""], account)
    elif lines:
        (cluster / "postmaster.pid").unlink(missing_ok=True)
    forget_socket(socket_folder)


def _rewrite(cluster: Path, lines: list[str], account: Account) -> None:
    descriptor, name = tempfile.mkstemp(dir=cluster, prefix="postmaster.pid.")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write("\n".join(lines))
        if account.switched:
            os.fchown(descriptor, account.uid, account.gid)
    Path(name).replace(cluster / "postmaster.pid")


def _is_occupied(cluster: Path, lines: list[str]) -> bool:
    """Ask where the process of the file works: only Linux tells, elsewhere nobody is assumed."""
    if not lines:
        return False
    if not lines[PID].isdecimal():
        return _is_being_written(cluster)
    try:
        return Path(f"/proc/{lines[PID]}/cwd").samefile(cluster)
    except OSError:
        return False


def _is_being_written(cluster: Path) -> bool:
    """Whether the file is so new that a server may be about to write into it."""
    try:
        written_at = (cluster / "postmaster.pid").stat().st_mtime
    except FileNotFoundError:
        return False
    now = time.time()  # noqa: TID251 - there is no other clock to compare a file's time with
    return 0 <= now - written_at < BEING_WRITTEN_SECONDS


def _lines(cluster: Path) -> list[str]:
    try:
        text = (cluster / "postmaster.pid").read_text("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    return text.split("\n")
