"""Why the embedded database cannot run, always as one sentence for the person who asked."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

NO_SPACE: Final = ("No space left on device", "Disk quota exceeded", "Check free disk space")
# Less than a server needs to write down that it has started.
FULL_BYTES: Final = 64 * 1024


class PostgresFailure(Exception):
    """One clear sentence about why the embedded database cannot run."""


class FolderUnusable(PostgresFailure):
    """The data folder cannot hold a database."""


class DiskFull(PostgresFailure):
    """There is no room left where the data folder lies."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The disk that holds {folder} is full: make room, or choose another.")


@contextmanager
def told_in_one_sentence(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence about the data folder."""
    try:
        yield
    except OSError as refused:
        if refused.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(folder) from refused
        place = os.fsdecode(refused.filename) if refused.filename else str(folder)
        raise FolderUnusable(_sentence(folder, place, refused)) from refused


def tells_of_full_disk(text: str) -> bool:
    """Whether a program says that it found no room."""
    return any(complaint in text for complaint in NO_SPACE)


def is_full(folder: Path) -> bool:
    """Whether there is no room left: on a full disk, a server cannot even log what it lacks."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize < FULL_BYTES


def _sentence(folder: Path, place: str, refused: OSError) -> str:
    if isinstance(refused, FileExistsError | NotADirectoryError):
        return f"{place} is a file, not a folder: choose another --data."
    if isinstance(refused, PermissionError) or refused.errno == errno.EROFS:
        reason = (refused.strerror or "refused").lower()
        return (
            f"The data folder {folder} cannot be used by this user ({place}: {reason}): "
            "run Guilder as the folder's owner, or choose another --data."
        )
    return f"The data folder {folder} cannot be used: {place}: {refused.strerror or refused}."


def prepare_folder(folder: Path) -> Path:
    """Make the data folder, closed to others, where there is none; answer its real path."""
    folder = folder.expanduser().absolute()
    with told_in_one_sentence(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder.resolve(strict=True)
