"""The server of one data folder: started by the first who needs it, shared by the others."""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final
from urllib.parse import quote

from .account import account_for
from .binaries import find_binaries, within_reach
from .cluster import (
    DATABASE,
    Workshop,
    check_fit,
    cluster_of,
    make_cluster,
    name_for_server,
    version_of,
)
from .failure import (
    DiskFull,
    PostgresFailure,
    is_full,
    prepare_folder,
    tells_of_full_disk,
    told_in_one_sentence,
)
from .locks import Ownership, has_owner, server_lock
from .log import complaint_since, open_log
from .postmaster import (
    Postmaster,
    disarm_leftovers,
    is_occupied,
    listening_postmaster,
    read_postmaster,
)
from .process import GuardedProcess
from .sockets import forget_socket_folder, socket_folder_for
from .tuning import settings_with

POLL_SECONDS: Final = 0.005
BUSY_SECONDS: Final = 60.0
READY_SECONDS: Final = 120.0
STOP_SECONDS: Final = 30.0
# What is left of a killed server goes away by itself, but not at once.
LEFTOVERS: Final = ("pre-existing shared memory block", 'lock file "postmaster.pid"')
LEFTOVERS_SECONDS: Final = 10.0


class DidNotStart(PostgresFailure):
    """The server ended before it was ready, or was not ready in time."""


class FolderBusy(PostgresFailure):
    """Another process starts or stops a server in the folder, and does not come to an end."""


@dataclass(frozen=True)
class Order:
    """What the caller wants to run."""

    folder: Path
    settings: Mapping[str, str]
    binaries: Path | None
    user: str | None
    progress: Callable[[str], None]


class Server:
    """A running PostgreSQL of one data folder: ours to stop, or another process's that we use."""

    socket_folder: Path
    port: int
    owned: bool
    version: int

    def __init__(self, order: Order) -> None:
        self._order = order
        self._cluster = cluster_of(order.folder)
        self._process: GuardedProcess | None = None
        self._ownership: Ownership | None = None
        self._pid = 0
        self._ended_pid = 0
        self._log_offset = 0
        self._begun_at = 0.0

    def url(self, role: str, database: str = DATABASE) -> str:
        """Answer the address for a driver, or for psql; the port guards against PGPORT."""
        host = quote(str(self.socket_folder), safe="")
        place = f"{quote(role, safe='')}@/{quote(database, safe='')}"
        return f"postgresql://{place}?host={host}&port={self.port}"

    def wait_ready(self, timeout_seconds: float = READY_SECONDS) -> None:
        """Return when the server takes connections; raise when it never will."""
        deadline = time.monotonic() + timeout_seconds
        with told_in_one_sentence(self._order.folder):
            while not self._ready():
                if self._process is None:
                    self._follow()
                elif self._process.ended():
                    self._begin_again()
                if time.monotonic() > deadline:
                    raise DidNotStart(self._lateness(timeout_seconds))
                time.sleep(POLL_SECONDS)

    def is_alive(self) -> bool:
        """Whether the server still runs; cheap enough to ask again and again."""
        if self.owned:
            return self._process is not None and not self._process.ended()
        found = read_postmaster(self._cluster)
        return found is not None and found.pid == self._pid and _exists(found.pid)

    def restart(self) -> None:
        """Start the server that we own anew, if it died; call `wait_ready` afterwards."""
        if self.owned:
            # We stay the owner meanwhile, so that nobody who is attached takes our place.
            self._end_process(STOP_SECONDS)
            with told_in_one_sentence(self._order.folder):
                self._begin()

    def stop(self, timeout_seconds: float = STOP_SECONDS) -> None:
        """Shut the server down if it is ours: in order at first, by force in the end."""
        self._end_process(timeout_seconds)
        self._own(None)

    def _end_process(self, timeout_seconds: float) -> None:
        if self._process is not None:
            self._process.stop(timeout_seconds)
            self._process = None
            self._ended_pid = self._pid
            forget_socket_folder(self.socket_folder)

    def _own(self, ownership: Ownership | None) -> None:
        if self._ownership is not None:
            self._ownership.release()
        self._ownership = ownership

    def _ready(self) -> bool:
        found = read_postmaster(self._cluster)
        if found is None or not found.ready:
            return False
        self._pid = found.pid
        return not self._process.ended() if self._process else found.answers()

    def _begin(self) -> None:
        """Start the server, or attach to the one that runs; wait while one comes or goes."""
        self._begun_at = time.monotonic()
        told = False
        while True:
            with server_lock(self._order.folder) as held:
                found = self._listening()
                started_by_hand = held is not None
                if found and found.ready and (started_by_hand or has_owner(self._order.folder)):
                    return self._attach(found)
                if held is not None and not found and not is_occupied(self._cluster):
                    return self._spawn_or_clean_up(held)
            if time.monotonic() > self._begun_at + BUSY_SECONDS:
                raise FolderBusy(
                    f"Another process has been starting or stopping PostgreSQL in "
                    f"{self._order.folder} for {BUSY_SECONDS:.0f} s: see postgres.log there."
                )
            if not told:
                self._order.progress("Waiting for the database server of another process")
                told = True
            time.sleep(POLL_SECONDS)

    def _listening(self) -> Postmaster | None:
        """Who listens. A child that the server which we saw end has just begun may do so still."""
        found = listening_postmaster(self._cluster)
        return None if found and found.pid == self._ended_pid else found

    def _attach(self, running: Postmaster) -> None:
        self._own(None)
        self.owned = False
        self.socket_folder, self.port = running.socket_folder, running.port
        self.version = version_of(self._cluster) or 0
        self._pid = running.pid

    def _spawn_or_clean_up(self, held: int) -> None:
        try:
            self._spawn(held)
        except BaseException:
            self.stop(0)
            raise

    def _spawn(self, held: int) -> None:
        order = self._order
        account = account_for(self._cluster, order.user)
        binaries = within_reach(find_binaries(order.binaries), account)
        work = Workshop(order.folder, account, binaries, held)
        check_fit(work)
        if version_of(self._cluster) is None:
            order.progress("Creating the database")
            make_cluster(work)
        listens_in = socket_folder_for(self._cluster, account)
        self.socket_folder = self._cluster / listens_in
        disarm_leftovers(self._cluster, self.socket_folder, account)
        settings = settings_with(order.settings, socket_folder=listens_in)
        self.owned, self.version, self.port = True, binaries.version, int(settings["port"])
        self._own(Ownership(order.folder))
        self._process = self._run(work, settings)

    def _run(self, work: Workshop, settings: Mapping[str, str]) -> GuardedProcess:
        log = open_log(work.folder)
        try:
            self._log_offset = os.fstat(log).st_size
            options = [("-c", f"{name}={value}") for name, value in settings.items()]
            return GuardedProcess(
                [
                    work.binaries.program("postgres"),
                    "-D",
                    name_for_server(self._cluster),
                    *chain(*options),
                ],
                account=work.account,
                folder=self._cluster,
                held=work.held,
                output=log,
            )
        finally:
            os.close(log)

    def _follow(self) -> None:
        """Take the place of an owner that went away just after we had attached."""
        if not has_owner(self._order.folder):
            self._begin()

    def _begin_again(self) -> None:
        """Try again while what ended the server is about to go away; otherwise say what it was."""
        complaint = complaint_since(self._order.folder, self._log_offset)
        begun_at = self._begun_at
        passing = any(leftover in complaint for leftover in LEFTOVERS)
        if not passing or time.monotonic() > begun_at + LEFTOVERS_SECONDS:
            self.stop()
            if tells_of_full_disk(complaint) or is_full(self._order.folder):
                raise DiskFull(self._order.folder)
            raise DidNotStart(f"PostgreSQL could not start in {self._order.folder}: {complaint}.")
        time.sleep(20 * POLL_SECONDS)
        self._end_process(0)
        self._begin()
        self._begun_at = begun_at

    def _lateness(self, timeout_seconds: float) -> str:
        complaint = complaint_since(self._order.folder, self._log_offset)
        return (
            f"PostgreSQL in {self._order.folder} is not ready after {timeout_seconds:g} s; "
            f"its log ends with: {complaint}."
        )


def _silently(_: str) -> None:
    """Tell nobody."""


def open_server(
    folder: Path,
    *,
    settings: Mapping[str, str] | None = None,
    binaries: Path | None = None,
    user: str | None = None,
    progress: Callable[[str], None] = _silently,
) -> Server:
    """Attach to the server that runs in this folder, or start one.

    Returns as soon as the server is on its way, so that the caller can do something else
    until `wait_ready`. Call it on the main thread where you can. As root, the server runs
    as another OS user: `user`, or `GUILDER_POSTGRES_USER`, or the cluster's owner.
    """
    order = Order(prepare_folder(folder), dict(settings or {}), binaries, user, progress)
    server = Server(order)
    with told_in_one_sentence(order.folder):
        server._begin()  # noqa: SLF001 - the constructor of this very class, which may fail
    return server


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
