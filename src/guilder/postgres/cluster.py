"""The cluster: PostgreSQL's own folder, made whole or not at all."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .account import Account
from .binaries import Binaries
from .failure import DiskFull, FolderUnusable, PostgresFailure, tells_of_full_disk
from .log import complaint_in
from .process import GuardedProcess

OWNER: Final = "guilder"
DATABASE: Final = "guilder"
BUILTIN_SINCE: Final = 17
UNICODE_FAST_SINCE: Final = 18
# Before, PostgreSQL changed folders by name when it looked for its own program.
ANYWHERE_SINCE: Final = 16


class OtherVersion(PostgresFailure):
    """The cluster was made by another major version of PostgreSQL."""


@dataclass(frozen=True)
class Workshop:
    """Who works on a cluster, with which programs, under which lock."""

    folder: Path
    account: Account
    binaries: Binaries
    held: int


def cluster_of(folder: Path) -> Path:
    """Answer where the cluster of a data folder lies."""
    return folder / "postgres"


def name_for_server(cluster: Path) -> str:
    """How a program that works in the cluster calls it.

    Linux lets it say "here", so that an OS user who may enter the cluster, but none of the
    folders above it, can still use it, and so that no path is too long or too strange.
    """
    return "/proc/self/cwd" if sys.platform == "linux" else str(cluster)


def version_of(cluster: Path) -> int | None:
    """Answer the major version that made the cluster, if there is a whole one."""
    try:
        return int((cluster / "PG_VERSION").read_text("ascii"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise FolderUnusable(f"{cluster / 'PG_VERSION'} is damaged.") from None


def make_cluster(work: Workshop) -> None:
    """Make the cluster aside, sync it, and only then give it its name."""
    cluster = cluster_of(work.folder)
    if cluster.exists() and any(cluster.iterdir()):
        raise FolderUnusable(f"{cluster} exists but is no PostgreSQL cluster: move it away.")
    fresh = work.folder / "postgres.new"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    try:
        _fill(fresh, work)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    fresh.rename(cluster)
    _sync_folder(work.folder)


def check_fit(work: Workshop) -> None:
    """Refuse a cluster that these programs, or this user, could not serve."""
    cluster, binaries, account = cluster_of(work.folder), work.binaries, work.account
    version = version_of(cluster) or binaries.version
    if version != binaries.version:
        raise OtherVersion(
            f"{cluster} was made by PostgreSQL {version}, but this Guilder brings "
            f"{binaries.version}: dump it with pg_dump {version}, move the folder away and load "
            'the dump, as docs/operations.md tells under "Upgrading PostgreSQL".'
        )
    if account.switched and binaries.version < ANYWHERE_SINCE:
        _open_way(work)
    if account.switched and cluster.exists() and cluster.stat().st_uid != account.uid:
        account.take(cluster)


def _fill(fresh: Path, work: Workshop) -> None:
    if work.account.switched:
        work.account.take(fresh)
    here = name_for_server(fresh)
    _run(fresh, work, ["initdb", "-D", here, *_initdb_options(work.binaries.version)])
    _run(
        fresh,
        work,
        # Synced below, with all the rest.
        ["postgres", "--single", "-D", here, "-c", "fsync=off", "postgres"],
        text=f"create database {DATABASE}\n",
    )
    _run(fresh, work, ["initdb", "-D", here, "--sync-only"])


def _initdb_options(version: int) -> list[str]:
    options = [
        f"--username={OWNER}",
        "--auth-local=trust",
        # Even if somebody has it listen on the network, it lets nobody in there.
        "--auth-host=reject",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        "--no-sync",
    ]
    if version >= BUILTIN_SINCE:
        rules = "PG_UNICODE_FAST" if version >= UNICODE_FAST_SINCE else "C.UTF-8"
        options += ["--locale-provider=builtin", f"--builtin-locale={rules}"]
    # Not every macOS knows C.UTF-8; C does the same where the builtin provider compares.
    return [*options, "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def _run(fresh: Path, work: Workshop, command: Sequence[str], *, text: str = "") -> None:
    name, *arguments = command
    process = GuardedProcess(
        [work.binaries.program(name), *arguments],
        account=work.account,
        folder=fresh,
        held=work.held,
        output=subprocess.PIPE,
        source=subprocess.PIPE,
    )
    code, said = process.communicate(text)
    # In single-user mode an error does not show in the exit code.
    if code == 0 and " ERROR: " not in said:
        return
    if tells_of_full_disk(said):
        raise DiskFull(work.folder)
    raise PostgresFailure(
        f"PostgreSQL could not make its cluster in {work.folder}: {complaint_in(said)}."
    )


def _open_way(work: Workshop) -> None:
    """Let the server pass, but not look around, where it must come by the folder's name."""
    folder, account = work.folder, work.account
    if not account.may_enter(folder.parent):
        raise FolderUnusable(
            f"PostgreSQL {work.binaries.version} runs as {account.name}, who may not enter "
            f"{folder.parent}: choose another --data, or run Guilder as a plain user."
        )
    if not account.may_enter(folder):
        folder.chmod(folder.stat().st_mode | 0o011)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
