"""One folder, one server: how it starts, where it listens, who may use it."""

import os
import stat
import subprocess
from pathlib import Path

import psutil
import pytest

from guilder.postgres import open_server
from tests.postgres.conftest import Opener
from tests.postgres.machine import elsewhere, postmaster_of, processes_in, until, value, works


def test_a_new_folder_gets_a_cluster_and_the_database(tmp_path: Path, opened: Opener) -> None:
    told: list[str] = []

    server = opened(tmp_path / "new" / "data", progress=told.append)

    url = server.url("guilder")
    assert told == ["Creating the database"]
    assert (server.owned, server.version, server.port) == (True, 18, 5432)
    assert value(url, "select current_database() || ' ' || current_user") == "guilder guilder"
    assert value(url, "select casefold('Straße') = casefold('STRASSE')")
    assert value(url, "show data_checksums") == "on"
    assert value(url, "show server_encoding") == "UTF8"
    assert value(url, "show listen_addresses") == ""
    assert not (tmp_path / "new/data/postgres.new").exists()


def test_a_known_folder_keeps_what_is_in_it(folder: Path, opened: Opener) -> None:
    first = opened(folder)
    value(first.url("guilder"), "create table kept (number int)")
    first.stop()

    again = opened(folder)

    assert value(again.url("guilder"), "select count(*) from kept") == 0


def test_nothing_runs_after_stop(folder: Path, opened: Opener) -> None:
    server = opened(folder)
    assert server.is_alive()
    assert processes_in(folder)

    server.stop()

    assert not server.is_alive()
    assert processes_in(folder) == []
    assert "database system is shut down" in (folder / "postgres.log").read_text()


def test_a_server_that_hangs_is_killed_in_the_end(folder: Path, opened: Opener) -> None:
    server = opened(folder)
    psutil.Process(postmaster_of(folder)).suspend()

    server.stop(timeout_seconds=0.1)

    until(lambda: not processes_in(folder))


@pytest.mark.parametrize(
    "name",
    ["with spaces", "größe—数据", "a,comma", "quo\"te's", "per%cent&=?#", "line\nbreak"],
)
def test_any_path_will_do(name: str, made: Path, tmp_path: Path, opened: Opener) -> None:
    folder = tmp_path / name
    subprocess.run(["cp", "-a", made, folder], check=True)  # noqa: S607 - test tool

    assert works(opened(folder))


def test_a_very_long_path_listens_in_a_closed_folder_of_its_own(
    made: Path, tmp_path: Path, opened: Opener
) -> None:
    deep = tmp_path.joinpath(*["a rather long name of a folder" * 4] * 5)
    deep.mkdir(parents=True)
    subprocess.run(["cp", "-a", made, deep / "data"], check=True)  # noqa: S607 - test tool

    server = opened(deep / "data")

    assert server.socket_folder.parent == Path("/tmp")  # noqa: S108 - where the product puts it
    assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    assert works(server)
    server.stop()
    assert not server.socket_folder.exists()


def test_the_socket_is_closed_to_other_users(folder: Path, opened: Opener) -> None:
    server = opened(folder)

    place = server.socket_folder.stat()
    found = (server.socket_folder / ".s.PGSQL.5432").stat()
    runs_as = psutil.Process(postmaster_of(folder)).uids().effective
    assert (stat.S_IMODE(place.st_mode), place.st_uid) == (0o700, runs_as)
    assert (stat.S_IMODE(found.st_mode), found.st_uid) == (0o700, runs_as)
    assert stat.S_IMODE((folder / "postgres.log").stat().st_mode) == 0o600


def test_the_address_holds_whatever_the_environment_says(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = opened(folder)
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGHOST", "/nowhere")

    assert works(server)


def test_our_secrets_do_not_go_along(
    folder: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GUILDER_SECRET_KEY", "hush")

    opened(folder)

    assert "GUILDER_SECRET_KEY" not in psutil.Process(postmaster_of(folder)).environ()


def test_every_tuned_setting_can_be_overridden(folder: Path, opened: Opener) -> None:
    server = opened(folder, settings={"work_mem": "3MB", "max_connections": "17"})

    assert value(server.url("guilder"), "show work_mem") == "3MB"
    assert value(server.url("guilder"), "show max_connections") == "17"
    assert value(server.url("guilder"), "show jit") == "off"


def test_the_network_is_refused_even_if_somebody_opens_it(folder: Path, opened: Opener) -> None:
    server = opened(folder)

    rules = value(
        server.url("guilder"),
        "select string_agg(distinct auth_method, ',') from pg_hba_file_rules where type = 'host'",
    )

    assert rules == "reject"


def test_an_overgrown_log_is_set_aside(folder: Path, opened: Opener) -> None:
    os.truncate(folder / "postgres.log", 11 << 20)

    opened(folder)

    assert (folder / "postgres.old.log").stat().st_size == 11 << 20
    assert (folder / "postgres.log").stat().st_size < 1 << 20


def test_a_second_process_is_attached_and_stops_nothing(folder: Path, opened: Opener) -> None:
    server = opened(folder)

    with elsewhere(folder) as other:
        assert other.says() == {"owned": False, "url": server.url("guilder")}
        assert other.leave() == 0

    assert works(server)


def test_an_attached_process_sees_the_server_go(folder: Path) -> None:
    with elsewhere(folder) as owner:
        assert owner.says()["owned"]
        server = open_server(folder)
        server.wait_ready()
        assert not server.owned
        assert server.is_alive()

        owner.leave()

        assert not server.is_alive()


def test_of_two_starters_one_starts_and_the_other_is_attached(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with elsewhere(folder) as one, elsewhere(folder) as two:
        said = [one.says(), two.says()]

        assert sorted(each["owned"] for each in said) == [False, True]
        assert said[0]["url"] == said[1]["url"]
        assert value(said[0]["url"], "select 1") == 1


def test_ctrl_c_reaches_us_and_not_the_server(folder: Path, opened: Opener) -> None:
    opened(folder)

    assert os.getsid(postmaster_of(folder)) != os.getsid(0)


@pytest.mark.skipif(
    not Path("/usr/lib/postgresql/15/bin").is_dir(), reason="needs PostgreSQL 15 to be installed"
)
def test_older_binaries_that_somebody_names(public_folder: Path, opened: Opener) -> None:
    server = opened(public_folder / "data", binaries=Path("/usr/lib/postgresql/15/bin"))

    assert server.version == 15
    assert value(server.url("guilder"), "show lc_collate") == "C.UTF-8"
    assert value(server.url("guilder"), "show data_checksums") == "on"
