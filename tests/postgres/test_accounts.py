"""As root, PostgreSQL runs as somebody else, who need not be able to reach it by name."""

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from guilder.postgres import NoAccount, open_server
from guilder.postgres.account import account_for
from guilder.postgres.binaries import find_binaries, within_reach
from tests.postgres.conftest import Opener
from tests.postgres.machine import (
    AS_ROOT,
    ROOT,
    elsewhere,
    needs_root,
    postmaster_of,
    until,
    value,
    works,
)


def modes_above(folder: Path) -> list[tuple[Path, int]]:
    return [(each, each.stat().st_mode) for each in folder.parents]


@needs_root
def test_the_server_runs_under_folders_that_its_user_cannot_enter(
    tmp_path: Path, opened: Opener
) -> None:
    tmp_path.chmod(0o700)
    before = modes_above(tmp_path / "data")
    server = opened(tmp_path / "data")

    process = psutil.Process(postmaster_of(tmp_path / "data"))
    assert process.uids().effective != 0
    assert not account_for(tmp_path / "data/postgres", None).may_enter(tmp_path)
    assert works(server)
    assert modes_above(tmp_path / "data") == before
    assert (tmp_path / "data").stat().st_uid == 0
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@needs_root
def test_the_server_gives_root_up_for_good(folder: Path, opened: Opener) -> None:
    opened(folder)

    status = Path(f"/proc/{postmaster_of(folder)}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert "0" not in fields["Uid"].split() + fields["Gid"].split() + fields["Groups"].split()
    assert int(fields["CapEff"], 16) == int(fields["CapPrm"], 16) == 0


@needs_root
def test_another_user_can_be_named(
    made: Path, tmp_path: Path, opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "data"
    subprocess.run(["cp", "-a", made, folder], check=True)  # noqa: S607 - test tool
    monkeypatch.setenv("GUILDER_POSTGRES_USER", "nobody")

    server = opened(folder)

    assert psutil.Process(postmaster_of(folder)).username() == "nobody"
    server.stop()
    monkeypatch.delenv("GUILDER_POSTGRES_USER")
    assert works(opened(folder)), "who owns a cluster keeps it"
    assert psutil.Process(postmaster_of(folder)).username() == "nobody"


@needs_root
@pytest.mark.parametrize("name", ["root", "no-such-user"])
def test_a_user_that_cannot_be_used(name: str, folder: Path) -> None:
    with pytest.raises(NoAccount, match=name):
        open_server(folder, user=name)


@pytest.fixture
def plain_user() -> Iterator[Path]:
    """A folder of an OS user who is not root."""
    folder = Path("/tmp/guilder test of a plain user")  # noqa: S108 - that user must reach it
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.chown(folder, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


@needs_root
def test_a_plain_user_runs_its_own_server(plain_user: Path) -> None:
    python = "/usr/bin/python3"
    account = account_for(Path("/nowhere"), "nobody")
    if not (Path(python).exists() and account.may_enter(ROOT / "src")):
        pytest.skip("nobody can reach neither a Python nor this checkout")
    data = plain_user / "data"
    with elsewhere(data, python=python, user=65534, group=65534, extra_groups=[]) as other:
        told = other.says()
        assert told.get("owned"), told
        assert psutil.Process(postmaster_of(data)).username() == "nobody"
        assert value(told["url"], "select 1") == 1
        # Root may look in on it.
        server = open_server(data)
        server.wait_ready()
        assert not server.owned
        other.kill()
    until(lambda: not server.is_alive())


@needs_root
def test_a_plain_user_is_told_that_the_folder_is_roots(public_folder: Path, made: Path) -> None:
    subprocess.run(["cp", "-a", made, public_folder / "data"], check=True)  # noqa: S607 - test tool
    python = "/usr/bin/python3"
    if not Path(python).exists():
        pytest.skip("nobody can reach no Python")
    options = {"python": python, "user": 65534, "group": 65534, "extra_groups": []}
    with elsewhere(public_folder / "data", **options) as other:
        failure = other.says()["failure"]

    assert "cannot be used by this user" in failure
    assert "--data" in failure


@needs_root
def test_binaries_out_of_reach_are_copied_once(
    tmp_path: Path, public_folder: Path, opened: Opener
) -> None:
    found = find_binaries(None)
    site = tmp_path / "site-packages"
    package = found.folder.parents[1]
    shutil.copytree(package / "pginstall18", site / package.name / "pginstall18")
    shutil.copytree(package.with_name(package.name + ".libs"), site / f"{package.name}.libs")
    closed = find_binaries(site / package.name / "pginstall18/bin")
    account = account_for(tmp_path, "nobody")
    assert within_reach(found, account, public_folder).folder == (
        found.folder if account.may_enter(found.folder) else within_reach(found, account).folder
    )

    copied = within_reach(closed, account, public_folder / "cache")

    assert copied.folder.is_relative_to(public_folder / "cache")
    assert within_reach(closed, account, public_folder / "cache") == copied
    assert len(list((public_folder / "cache").iterdir())) == 1
    for path in (public_folder / "cache").rglob("*"):
        assert path.stat().st_uid == 0
        assert path.is_symlink() or not path.stat().st_mode & 0o022
    assert works(opened(tmp_path / "data", binaries=copied.folder, user="nobody"))


def test_as_oneself_nothing_is_switched(tmp_path: Path) -> None:
    account = account_for(tmp_path, None)

    assert account.switched is AS_ROOT
    assert account.uid == os.geteuid() or AS_ROOT
