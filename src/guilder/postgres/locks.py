"""Who starts the server, and whether the process that started it still lives."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server_lock(folder: Path) -> Iterator[int | None]:
    """Hold the lock of the folder's server, or answer none while somebody else does.

    A server inherits it, so it is free exactly when no process of any server is left:
    surer than a process id, which may belong to somebody else by now.
    """
    lock = _open(folder / "postgres.lock")
    try:
        yield lock if _locks(lock, fcntl.LOCK_EX) else None
    finally:
        os.close(lock)


class Ownership:
    """Held by the process that started the server and, unlike its lock, not by the server."""

    def __init__(self, folder: Path) -> None:
        path = folder / "postgres.owner"
        # The owner of an earlier server may still hold the file, not knowing that it died.
        path.unlink(missing_ok=True)
        self._descriptor = _open(path)
        # Those who look whether there is an owner hold it for an instant.
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def release(self) -> None:
        """Own the server no longer."""
        os.close(self._descriptor)


def has_owner(folder: Path) -> bool:
    """Whether the server's starter still lives; without one, it is about to shut down."""
    descriptor = _open(folder / "postgres.owner")
    try:
        return not _locks(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _locks(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
