"""At most one Guilder serves a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from guilder.postgres import AlreadyRunning, FolderUnusable, Holder, claim_folder, holder_of
from tests.postgres.machine import ROOT, until

CLAIM = """
import sys, pathlib
from guilder.postgres import claim_folder
with claim_folder(pathlib.Path(sys.argv[1]), "http://127.0.0.1:8000"):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_a_claim_can_be_read_changed_and_released(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert holder_of(folder) is None

    with claim_folder(folder, "starting") as claim:
        assert holder_of(folder) == Holder(os.getpid(), "starting")
        claim.note("http://127.0.0.1:8000")
        assert holder_of(folder) == Holder(os.getpid(), "http://127.0.0.1:8000")
        claim.note("x")
        assert holder_of(folder) == Holder(os.getpid(), "x")

    assert holder_of(folder) is None
    claim.release()


def test_the_second_is_told_who_and_where_the_first_is(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", CLAIM, tmp_path],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"claimed\n"

        with pytest.raises(AlreadyRunning) as refused:
            claim_folder(tmp_path, "me too")

        assert str(refused.value) == (
            f"Guilder already runs in {tmp_path} (process {first.pid}, http://127.0.0.1:8000): "
            "stop it there, or choose another --data."
        )
        assert holder_of(tmp_path) == Holder(first.pid, "http://127.0.0.1:8000")

        first.kill()
        first.wait()
        until(lambda: holder_of(tmp_path) is None)
        claim_folder(tmp_path, "at last").release()


def test_a_claim_ends_with_its_process_even_while_its_children_live(tmp_path: Path) -> None:
    with claim_folder(tmp_path, "parent"):
        child = subprocess.Popen(["/bin/sleep", "60"])
    try:
        claim_folder(tmp_path, "next").release()
    finally:
        child.kill()
        child.wait()


def test_a_folder_that_cannot_be_claimed(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(FolderUnusable, match="is a file"):
        claim_folder(tmp_path / "data", "")
