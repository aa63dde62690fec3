"""Killed at any moment: nothing is left running, and the next start recovers."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from guilder.postgres import open_server
from guilder.postgres.account import account_for
from tests.postgres.conftest import Opener
from tests.postgres.machine import (
    AS_ROOT,
    elsewhere,
    needs_linux,
    postmaster_of,
    processes_in,
    until,
    value,
    works,
)


def test_the_owner_restarts_a_killed_server(folder: Path, opened: Opener) -> None:
    server = opened(folder)
    psutil.Process(postmaster_of(folder)).kill()
    until(lambda: not server.is_alive())

    server.restart()
    server.wait_ready()

    assert server.owned
    assert works(server)


def test_the_owner_is_not_taken_in_by_a_child_that_listens_still(
    folder: Path, opened: Opener
) -> None:
    server = opened(folder)
    psutil.Process(postmaster_of(folder)).kill()
    until(lambda: not server.is_alive())
    address = server.socket_folder / f".s.PGSQL.{server.port}"
    address.unlink()
    with socket.socket(socket.AF_UNIX) as child:
        child.bind(str(address))
        child.listen()

        server.restart()
        server.wait_ready()

    assert server.owned
    assert works(server)


@needs_linux
@pytest.mark.parametrize("guard", [(), ("thread",)], ids=["signal", "watchdog"])
def test_nothing_outlives_a_killed_parent(guard: tuple[str, ...], folder: Path) -> None:
    with elsewhere(folder, *guard) as owner:
        assert owner.says()["owned"]
        assert processes_in(folder)

        owner.kill()

    until(lambda: not processes_in(folder))
    assert "received fast shutdown request" in (folder / "postgres.log").read_text()


@pytest.mark.parametrize("guard", [(), ("thread",)], ids=["signal", "watchdog"])
def test_the_next_start_waits_for_the_orphan_to_go(
    guard: tuple[str, ...], folder: Path, opened: Opener
) -> None:
    with elsewhere(folder, *guard) as owner:
        url = owner.says()["url"]
        value(url, "create table kept as select generate_series(1, 10000)")
        owner.kill()

        server = opened(folder)

    assert server.owned
    assert value(server.url("guilder"), "select count(*) from kept") == 10000


def test_a_watched_server_stops_in_order(folder: Path) -> None:
    with elsewhere(folder, "thread") as owner:
        assert owner.says()["owned"]
        assert owner.leave() == 0

    assert processes_in(folder) == []
    assert "database system is shut down" in (folder / "postgres.log").read_text()


MOMENTS: dict[str, Callable[[Path], bool]] = {
    "the folder is there": lambda new: new.exists(),
    "the first file is there": lambda new: (new / "PG_VERSION").exists(),
    "the bootstrap runs": lambda new: (new / "base/1/PG_VERSION").exists(),
    "the templates are copied": lambda new: (new / "base/5/PG_VERSION").exists(),
    "our database is made": lambda new: len(list((new / "base").glob("*"))) > 3,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_start_killed_while_the_cluster_is_made(
    moment: str, tmp_path: Path, opened: Opener
) -> None:
    folder = tmp_path / "data"
    with elsewhere(folder) as owner:
        until(lambda: MOMENTS[moment](folder / "postgres.new"))
        owner.kill()
    assert not (folder / "postgres").exists()

    assert works(opened(folder))
    assert not (folder / "postgres.new").exists()


def stale(folder: Path, pid: int) -> None:
    """Leave what a server killed with all its processes leaves, with another process id."""
    server = open_server(folder)
    server.wait_ready()
    for process in [psutil.Process(postmaster_of(folder)), *processes_in(folder)]:
        process.kill()
    until(lambda: not server.is_alive() and not processes_in(folder))
    server.stop()
    for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        path = folder / "postgres" / name
        _, _, rest = path.read_text().partition("\n")
        path.write_text(f"{pid}\n{rest}")


def test_a_stale_file_of_a_process_that_is_gone(folder: Path, opened: Opener) -> None:
    gone = subprocess.Popen([sys.executable, "-S", "-c", ""])
    gone.wait()
    stale(folder, gone.pid)

    assert works(opened(folder))


def test_a_stale_file_whose_process_id_is_somebody_elses_now(folder: Path, opened: Opener) -> None:
    account = account_for(folder / "postgres", None)
    user = account.uid if AS_ROOT else None
    # Of the same OS user: PostgreSQL itself would take it for a server and give up.
    with subprocess.Popen(["/bin/sleep", "60"], user=user) as unrelated:
        stale(folder, unrelated.pid)

        assert works(opened(folder))
        assert unrelated.poll() is None
        unrelated.kill()


def test_an_empty_file_left_by_a_power_cut(folder: Path, opened: Opener) -> None:
    (folder / "postgres/postmaster.pid").touch()
    os.utime(folder / "postgres/postmaster.pid", (0, 0))

    assert works(opened(folder))


@needs_linux
def test_a_process_of_the_killed_server_that_lingers(folder: Path) -> None:
    with elsewhere(folder) as owner:
        owner.says()
        lingering = next(each for each in processes_in(folder) if "checkpointer" in title(each))
        lingering.suspend()
        psutil.Process(postmaster_of(folder)).kill()
        owner.kill()
        with elsewhere(folder) as other:
            until(lambda: other.process.poll() is None)
            assert lingering.is_running()
            lingering.send_signal(signal.SIGCONT)
            assert other.says()["owned"]


@needs_linux
def test_shared_memory_of_a_server_that_somebody_else_had_started(
    folder: Path, opened: Opener
) -> None:
    server = opened(folder)
    command = psutil.Process(postmaster_of(folder)).cmdline()
    server.stop()
    account = account_for(folder / "postgres", None)
    user = {"user": account.uid, "group": account.gid} if AS_ROOT else {}
    with subprocess.Popen(command, cwd=folder / "postgres", **user) as by_hand:  # type: ignore[call-overload]
        attached = opened(folder)
        assert not attached.owned
        lingering = next(each for each in processes_in(folder) if "checkpointer" in title(each))
        lingering.suspend()
        by_hand.kill()
    with elsewhere(folder) as other:
        until(lambda: "pre-existing shared memory" in (folder / "postgres.log").read_text())
        lingering.resume()

        assert other.says()["owned"]


def title(process: psutil.Process) -> str:
    return " ".join(process.cmdline())
