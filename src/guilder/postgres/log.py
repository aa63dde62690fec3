"""The server's log: kept small, and read back for the reason why the server ended."""

import os
import re
from pathlib import Path
from typing import Final

LARGEST_BYTES: Final = 10 * (1 << 20)
TAIL_BYTES: Final = 64 * 1024
COMPLAINT: Final = re.compile(r"(?:FATAL|PANIC|ERROR|[\w.]+: error):\s+(.+)")


def open_log(folder: Path) -> int:
    """Open `postgres.log` for appending, after setting an overgrown one aside."""
    path = folder / "postgres.log"
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        path.replace(folder / "postgres.old.log")
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


def complaint_since(folder: Path, offset: int) -> str:
    """Answer the last complaint that the log has got since then."""
    with (folder / "postgres.log").open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(offset, size - TAIL_BYTES))
        return complaint_in(file.read().decode("utf-8", "replace"))


def complaint_in(text: str) -> str:
    """Answer what the text complains of last, or else its last line."""
    if complaints := COMPLAINT.findall(text):
        return str(complaints[-1]).strip().rstrip(".")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"
