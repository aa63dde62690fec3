"""Whatever is in the way is told in one clear sentence."""

import os
import shutil
from pathlib import Path

import pytest

from guilder.postgres import (
    BinariesUnusable,
    DidNotStart,
    DiskFull,
    FolderUnusable,
    OtherVersion,
    SettingRefused,
    open_server,
)
from guilder.postgres import binaries as programs
from tests.postgres.conftest import Opener
from tests.postgres.machine import AS_ROOT, copy, needs_root, processes_in, small_disk, works


def one_sentence(failure: BaseException) -> str:
    text = str(failure)
    assert text.endswith(".")
    assert "\n" not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("version", ["16", "19"])
def test_a_cluster_of_another_version(version: str, folder: Path) -> None:
    (folder / "postgres/PG_VERSION").write_text(f"{version}\n")

    with pytest.raises(OtherVersion) as refused:
        open_server(folder)

    sentence = one_sentence(refused.value)
    assert f"PostgreSQL {version}" in sentence
    assert f"pg_dump {version}" in sentence
    assert 'docs/operations.md tells under "Upgrading PostgreSQL"' in sentence


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"shared_buffers": "plenty"}, 'invalid value for parameter "shared_buffers": "plenty"'),
        ({"speed": "high"}, 'unrecognized configuration parameter "speed"'),
        ({"max_connections": "0"}, "outside the valid range"),
    ],
)
def test_a_setting_that_postgres_does_not_take(
    settings: dict[str, str], complaint: str, folder: Path, opened: Opener
) -> None:
    server = open_server(folder, settings=settings)

    with pytest.raises(DidNotStart, match=complaint) as refused:
        server.wait_ready()

    one_sentence(refused.value)
    assert works(opened(folder))


@pytest.mark.parametrize("name", ["port", "Unix_Socket_Directories", "data_directory", "a=b", ""])
def test_a_setting_that_is_not_for_others_to_choose(name: str, folder: Path) -> None:
    with pytest.raises(SettingRefused) as refused:
        open_server(folder, settings={name: "1"})

    one_sentence(refused.value)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(FolderUnusable, match="is a file") as refused:
        open_server(tmp_path / "data")
    one_sentence(refused.value)
    with pytest.raises(FolderUnusable, match="is a file"):
        open_server(tmp_path / "data" / "below")


def test_something_else_where_the_cluster_should_be(tmp_path: Path) -> None:
    (tmp_path / "data/postgres").mkdir(parents=True)
    (tmp_path / "data/postgres/thesis.txt").touch()

    with pytest.raises(FolderUnusable, match="move it away") as refused:
        open_server(tmp_path / "data")

    one_sentence(refused.value)
    assert (tmp_path / "data/postgres/thesis.txt").exists()


@pytest.mark.skipif(AS_ROOT, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(FolderUnusable, match="cannot be used by this user") as refused:
        open_server(tmp_path / "data")

    one_sentence(refused.value)


@needs_root
def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m"):
        os.system(f"mount -o remount,ro '{tmp_path}/disk'")  # noqa: S605 - test tool
        with pytest.raises(FolderUnusable, match="read-only") as refused:
            open_server(tmp_path / "disk/data")

    one_sentence(refused.value)


@needs_root
@pytest.mark.parametrize("size", ["1m", "20m", "40m"])
def test_a_disk_too_small_for_a_cluster(size: str, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", size):
        with pytest.raises(DiskFull) as refused:
            open_server(tmp_path / "disk/data")

        assert "is full" in one_sentence(refused.value)
        assert processes_in(tmp_path / "disk/data") == []
        assert not (tmp_path / "disk/data/postgres.new").exists()


def fill_disk(ballast: Path) -> None:
    room = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room.f_bavail * room.f_frsize)


@needs_root
def test_a_disk_without_room_for_a_known_cluster(
    made: Path, tmp_path: Path, opened: Opener
) -> None:
    with small_disk(tmp_path / "disk", "100m"):
        folder = copy(made, tmp_path / "disk/data")
        fill_disk(tmp_path / "disk/ballast")
        with pytest.raises(DiskFull) as refused:
            open_server(folder).wait_ready()
        one_sentence(refused.value)

        (tmp_path / "disk/ballast").unlink()
        server = opened(folder)
        assert works(server)
        server.stop()


def test_binaries_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BinariesUnusable, match="postgres is missing") as refused:
        open_server(tmp_path / "data", binaries=tmp_path)

    one_sentence(refused.value)


def test_a_wheel_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "WHEEL", "a_wheel_that_nobody_has")

    with pytest.raises(BinariesUnusable, match="GUILDER_DATABASE_URL") as refused:
        open_server(tmp_path / "data")

    one_sentence(refused.value)


@pytest.mark.parametrize(
    "script", ["#!/bin/sh\nexit 3\n", "#!/bin/sh\necho 'postgres (PostgreSQL) 11.4'\n", "noise"]
)
def test_binaries_that_do_not_fit(script: str, tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)

    with pytest.raises(BinariesUnusable) as refused:
        open_server(tmp_path / "data", binaries=tmp_path)

    one_sentence(refused.value)


@needs_root
def test_a_socket_folder_that_somebody_else_has_put_there(made: Path, tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a rather long name of a folder" * 4] * 5)
    deep.mkdir(parents=True)
    server = open_server(copy(made, deep / "data"))
    server.wait_ready()
    place = server.socket_folder
    server.stop()
    trap = tmp_path / "trap"
    trap.mkdir()
    place.symlink_to(trap)

    try:
        with pytest.raises(FolderUnusable, match="belongs to somebody else") as refused:
            open_server(deep / "data")
        one_sentence(refused.value)
        assert list(trap.iterdir()) == []
    finally:
        place.unlink()


def test_a_failed_start_leaves_nothing_behind(folder: Path) -> None:
    server = open_server(folder, settings={"shared_buffers": "plenty"})
    with pytest.raises(DidNotStart):
        server.wait_ready()

    assert processes_in(folder) == []
    assert not server.is_alive()
    shutil.rmtree(folder)
