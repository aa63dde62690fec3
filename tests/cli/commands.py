"""A command of an operator's, in a process of its own that need not load the program first."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

LOADED = ["guilder.app", "guilder.cli.main", "tests.cli.commands"]

forking = multiprocessing.get_context("forkserver")
forking.set_forkserver_preload(LOADED)


def run(words: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end, and hear what it said."""
    with tempfile.TemporaryDirectory(prefix="guilder-command-") as folder:
        place = Path(folder)
        process = forking.Process(target=_become, args=(list(words), environment, place))
        process.start()
        process.join()
        said, complained = ((place / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(list(words), process.exitcode or 0, said, complained)


def _become(words: list[str], environment: dict[str, str], place: Path) -> None:
    from guilder.cli import main  # noqa: PLC0415 - loaded already where this runs

    os.environ.clear()
    os.environ.update(environment)
    for name, stream in (("stdout", sys.stdout), ("stderr", sys.stderr)):
        with (place / name).open("w") as file:
            os.dup2(file.fileno(), stream.fileno())
    sys.argv = ["guilder", *words]
    main()
