"""The OS user that PostgreSQL runs as: ourselves, or another one where we are root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .failure import PostgresFailure

PREFERRED: Final = ("guilder", "postgres", "nobody")


class NoAccount(PostgresFailure):
    """PostgreSQL refuses to run as root, and there is no other OS user for it."""


@dataclass(frozen=True)
class Account:
    """An OS user; `switched` when it is not the one we run as."""

    name: str
    uid: int
    gid: int
    switched: bool

    def may_enter(self, folder: Path) -> bool:
        """Whether every folder on the way, this one included, lets the user through."""
        return all(self._may_search(each) for each in (folder, *folder.parents))

    def _may_search(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & 0o100)
        if found.st_gid == self.gid:
            return bool(found.st_mode & 0o010)
        return bool(found.st_mode & 0o001)

    def take(self, path: Path) -> None:
        """Give a file or folder, and all that is in it, to this user."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        for parent, folders, files in os.walk(path):
            for name in (*folders, *files):
                os.chown(os.path.join(parent, name), self.uid, self.gid, follow_symlinks=False)  # noqa: PTH118 - thousands of files, and only strings are needed


def account_for(cluster: Path, wanted: str | None) -> Account:
    """Choose the user: ourselves, or as root the one asked for, the owner, or the usual one."""
    if os.geteuid() != 0:
        return _ourselves()
    if wanted := wanted or os.environ.get("GUILDER_POSTGRES_USER"):
        return _named(wanted)
    return _owner(cluster) or _first_of(PREFERRED)


def _ourselves() -> Account:
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return Account(name, os.geteuid(), os.getegid(), switched=False)


def _named(name: str) -> Account:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise NoAccount(
            f"GUILDER_POSTGRES_USER names {name}, but there is no such OS user."
        ) from None
    if entry.pw_uid == 0:
        raise NoAccount(f"PostgreSQL refuses to run as {name}: name an OS user that is not root.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)


def _owner(cluster: Path) -> Account | None:
    """Who owns the cluster keeps it, even if a user of a preferred name has appeared since."""
    try:
        entry = pwd.getpwuid(cluster.stat().st_uid)
    except (FileNotFoundError, KeyError):
        return None
    if entry.pw_uid == 0:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, switched=True)


def _first_of(names: tuple[str, ...]) -> Account:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in names:
        if name in known:
            return _named(name)
    raise NoAccount(
        "PostgreSQL refuses to run as root, and none of the OS users "
        f"{', '.join(names)} exists: create one, or name another in GUILDER_POSTGRES_USER."
    )
