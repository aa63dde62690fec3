"""Commands of an operator's, in processes of their own that need not load the program first.

They are forked from a process that has loaded it. `tests/test_run.py`, and the README's commands,
begin it as people do.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from io import TextIOWrapper
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

NOTHING = Path(os.devnull)
LOADED = ["guilder.app", "guilder.cli.main", "tests.cli.commands"]

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(LOADED)


class Command:
    """A command that runs, with streams of these numbers for its input, output and complaints."""

    def __init__(
        self,
        words: Sequence[str],
        environment: dict[str, str],
        streams: Sequence[int],
        *,
        place: str | None = None,
    ) -> None:
        lent = [Connection(os.dup(stream)) for stream in streams]
        self._process = forking.Process(
            target=_become, args=(list(words), environment, place or str(Path.cwd()), lent)
        )
        self._process.start()
        for one in lent:
            one.close()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return not self._process.is_alive()

    def wait(self, seconds: float | None = None) -> int:
        """Its exit code, or minus the signal that ended it."""
        self._process.join(seconds)
        code = self._process.exitcode
        assert code is not None, "it has not ended in time"
        return code

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()


def run(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end, and hear what it said."""
    with (
        NOTHING.open() as nothing,
        tempfile.TemporaryFile("w+") as said,
        tempfile.TemporaryFile("w+") as complained,
    ):
        files = (nothing, said, complained)
        code = Command(words, environment, [file.fileno() for file in files]).wait()
        return subprocess.CompletedProcess(list(words), code, _all_of(said), _all_of(complained))


def start(
    words: Sequence[str], environment: dict[str, str], log: Path
) -> tuple[Command, TextIOWrapper]:
    """Begin one that goes on; what it says can be read, and it complains to a file."""
    ours, theirs = os.pipe()
    with NOTHING.open() as nothing, log.open("a") as complained:
        command = Command(words, environment, [nothing.fileno(), theirs, complained.fileno()])
    os.close(theirs)
    return command, os.fdopen(ours, "r")


def _all_of(file: TextIOWrapper) -> str:
    file.seek(0)
    return file.read()


def _become(
    words: list[str], environment: dict[str, str], place: str, streams: list[Connection]
) -> NoReturn:
    from guilder.cli import main  # noqa: PLC0415 - loaded already where this runs

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place)
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.stdin = os.fdopen(0)
    sys.argv = ["guilder", *words]
    main()
    sys.exit()
