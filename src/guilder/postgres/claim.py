"""The claim on a data folder: at most one Guilder serves it, and says where it is to be found."""

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from .failure import PostgresFailure, prepare_folder, told_in_one_sentence

# A reader holds the lock for an instant to see whether anybody else does.
PATIENCE_SECONDS: Final = 0.25
NOTE_BYTES: Final = 4096


class AlreadyRunning(PostgresFailure):
    """Another Guilder has claimed the folder."""


@dataclass(frozen=True)
class Holder:
    """The process that serves a folder, and what it says of itself: its address, usually."""

    pid: int
    note: str


class FolderLock:
    """A claim on a folder, until released or until this process ends, however it ends."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor = descriptor

    def note(self, text: str) -> None:
        """Say something new of ourselves to those who ask `holder_of`."""
        content = f"{os.getpid()}\n{text}\n".encode()[:NOTE_BYTES]
        with told_in_one_sentence(self.folder):
            os.pwrite(self._descriptor, content, 0)
            os.truncate(self._descriptor, len(content))

    def release(self) -> None:
        """Give the folder up; doing so twice is harmless."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


def claim_folder(folder: Path, note: str) -> FolderLock:
    """Claim the folder for this process, or say who has it."""
    folder = prepare_folder(folder)
    with told_in_one_sentence(folder):
        descriptor = os.open(_lock_file(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if not _locks(descriptor):
        os.close(descriptor)
        raise AlreadyRunning(_refusal(folder))
    claim = FolderLock(folder, descriptor)
    try:
        claim.note(note)
    except PostgresFailure:
        claim.release()
        raise
    return claim


def holder_of(folder: Path) -> Holder | None:
    """Who serves the folder now, if anybody does."""
    try:
        descriptor = os.open(_lock_file(folder), os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read_holder(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _lock_file(folder: Path) -> Path:
    return folder / "guilder.lock"


def _locks(descriptor: int) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        else:
            return True


def _refusal(folder: Path) -> str:
    holder = holder_of(folder)
    if holder is None:
        who = "another process"
    else:
        who = ", ".join(filter(None, (f"process {holder.pid}", holder.note)))
    return f"Guilder already runs in {folder} ({who}): stop it there, or choose another --data."


def _read_holder(descriptor: int) -> Holder | None:
    pid, _, note = os.pread(descriptor, NOTE_BYTES, 0).decode("utf-8", "replace").partition("\n")
    return Holder(int(pid), note.rstrip("\n")) if pid.isdecimal() else None
