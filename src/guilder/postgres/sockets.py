"""Where the server listens: in its cluster, closed to others, or in /tmp if that is too deep."""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from .account import Account
from .failure import FolderUnusable

# The shortest limit among the systems we run on (macOS), its closing zero byte included.
ADDRESS_BYTES: Final = 104
SHARED_FOLDER: Final = Path("/tmp")  # noqa: S108 - made with care, see below
HERE: Final = "."


def socket_folder_for(cluster: Path, account: Account) -> str:
    """Answer the folder in the words of the server, which works in its cluster."""
    if _addressable(cluster):
        return HERE
    digest = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    folder = SHARED_FOLDER / f"guilder-{account.uid}-{digest}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if account.switched:
            os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise FolderUnusable(
            f"{folder}, where PostgreSQL would listen, belongs to somebody else: "
            "remove it, or choose a --data with a shorter path."
        )
    return str(folder)


def forget_socket(folder: Path) -> None:
    """Remove what a killed server left: the process id in it may be somebody else's by now."""
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (folder / name).unlink(missing_ok=True)


def forget_socket_folder(folder: Path) -> None:
    """Remove the folder in /tmp that a server has left empty."""
    if folder.parent == SHARED_FOLDER:
        with suppress(OSError):
            folder.rmdir()


def _addressable(cluster: Path) -> bool:
    """Clients take a comma for the start of another host."""
    address = os.fsencode(cluster / ".s.PGSQL.5432")
    return len(address) < ADDRESS_BYTES and b"," not in address
