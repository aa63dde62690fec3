"""Programs that end when we end, however we end."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from .account import Account

LAUNCHER: Final = Path(__file__).with_name("launch.py")
INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR")
KILL_SECONDS: Final = 5.0


class GuardedProcess:
    """A program in a session of its own, out of reach of Ctrl-C, that never outlives us."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        account: Account,
        folder: Path,
        held: int,
        output: int,
        source: int = subprocess.DEVNULL,
    ) -> None:
        watched: int | None = None
        self._pipe: int | None = None
        if not _dies_by_signal():
            watched, self._pipe = os.pipe()
        try:
            self._popen = subprocess.Popen(  # noqa: S603 - our own launcher and PostgreSQL's programs
                [*_launcher(account, watched), *command],
                cwd=folder,
                env=_environment(),
                stdin=source,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=(held, watched) if watched is not None else (held,),
                start_new_session=True,
            )
        except BaseException:
            self._close()
            raise
        finally:
            if watched is not None:
                os.close(watched)

    def ended(self) -> bool:
        """Whether the program is gone."""
        return self._popen.poll() is not None

    def communicate(self, text: str) -> tuple[int, str]:
        """Let the program run to its end; answer its exit code and all it said."""
        try:
            said, _ = self._popen.communicate(text.encode())
        except BaseException:
            self.stop(0)
            raise
        self._close()
        return self._popen.returncode, (said or b"").decode("utf-8", "replace")

    def stop(self, timeout_seconds: float) -> None:
        """Ask the program to end, press, and finally kill it with all that it left in its group."""
        for number, seconds in ((signal.SIGINT, timeout_seconds), (signal.SIGQUIT, KILL_SECONDS)):
            self._popen.send_signal(number)
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(seconds)
                break
        else:
            with suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.wait()
        self._close()

    def _close(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None


def _dies_by_signal() -> bool:
    """Linux signals a process when the thread that made it ends; only the main one surely lasts."""
    on_main_thread = threading.current_thread() is threading.main_thread()
    return sys.platform == "linux" and on_main_thread and find_spec("_ctypes") is not None


def _launcher(account: Account, watched: int | None) -> list[str]:
    return [
        sys.executable,
        "-I",
        "-S",
        str(LAUNCHER),
        str(os.getpid()),
        f"{account.uid}:{account.gid}" if account.switched else "-",
        "signal" if watched is None else str(watched),
    ]


def _environment() -> Mapping[str, str]:
    """Nothing of ours goes along: our secrets are not the database's business."""
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    # PostgreSQL then knows a lock file that names us for a stale one.
    return {**kept, "LC_ALL": "C", "TZ": "UTC", "PG_GRANDPARENT_PID": str(os.getpid())}
