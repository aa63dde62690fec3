"""What the documents tell people to type works, and answers what they say."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

import pytest

from tests.cli.doorway import at_hand
from tests.cli.house import ROOT, Up, environment
from tests.cli.ready import begun

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STARTS_IT = re.compile(r"\./run (up|demo)\b.*")


def steps_of(document: Path) -> list[tuple[str, str]]:
    """Each command of a document with what it should answer."""
    steps: list[tuple[str, str]] = []
    for block in BLOCK.findall(document.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], ""))
            else:
                command, expected = steps.pop()
                steps.append((command, f"{expected}{line}\n"))
    return [step for step in steps if not STARTS_IT.fullmatch(step[0])]


def fits(said: str, expected: str) -> bool:
    """Whether an answer is as expected, where `…` stands for anything."""
    pattern = ".*".join(map(re.escape, expected.strip().split("…")))
    return re.fullmatch(pattern, said.strip(), re.DOTALL) is not None


@pytest.mark.parametrize(
    "document", [each for each in DOCUMENTS if steps_of(each)], ids=lambda path: path.name
)
def test_the_commands_of_a_document_work(document: Path, tmp_path: Path, shelf: Path) -> None:
    marker = "--- the end of a step ---"
    steps = steps_of(document)
    script = "set -eu\n" + "".join(f"{command}\necho '{marker}'\n" for command, _ in steps)
    word = "demo" if "./run demo" in document.read_text("utf-8") else "up"
    folder = begun(tmp_path / "data", shelf=shelf, word=word)
    with Up(folder, word, "--port", "0") as up, house(tmp_path / "house", document) as place:
        done = subprocess.run(
            ["bash", "-c", script],  # noqa: S607 - the shell that people use
            cwd=place,
            env=environment(GUILDER_DATA=str(folder), ADDRESS=up.address, SCRATCH=str(tmp_path)),
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    answers = done.stdout.split(f"{marker}\n")
    for (command, expected), said in zip(steps, answers, strict=False):
        assert fits(said, expected), f"$ {command}\n{said}"


@contextmanager
def house(folder: Path, document: Path) -> Iterator[Path]:
    """A folder whose `./run` is the program with this environment, already made.

    For the README it is loaded each time, as people do it; for the others it is there already.
    """
    folder.mkdir()
    run = folder / "run"
    if document.name == "README.md":
        source, python = quote(str(ROOT / "src")), quote(sys.executable)
        run.write_text(f'#!/bin/sh\nPYTHONPATH={source} exec {python} -m guilder "$@"\n')
        run.chmod(0o755)
        yield folder
    else:
        with at_hand(run):
            yield folder
