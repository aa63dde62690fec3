"""Run one program as the right OS user, and never let it outlive the process that asked.

Not imported but run as a script of its own, `launch.py PARENT ACCOUNT GUARD PROGRAM…`,
because code between fork and exec is not safe once a process has threads.
"""

import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

PR_SET_PDEATHSIG = 1
FAST_SHUTDOWN_SECONDS = 20


def main(parent: str, account: str, guard: str, *command: str) -> int:
    """Become the program, or stay beside it as its watchdog, as `guard` says."""
    # Loaded while we still may: the other user need not reach our Python.
    kernel = kernel_calls() if guard == "signal" else None
    if account != "-":
        become(*map(int, account.split(":")))
    if kernel is None:
        return watch(int(guard), command)
    # After the change of user, which makes the kernel forget it.
    kernel.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
    if os.getppid() != int(parent):
        return 1
    return os.execv(command[0], command)  # noqa: S606 - our own choice of program, no shell wanted


def kernel_calls() -> "ctypes.CDLL":
    """Load what it takes to have the kernel end this process when its parent ends."""
    import ctypes  # noqa: PLC0415 - only where there is such a signal

    return ctypes.CDLL(None)


def become(uid: int, gid: int) -> None:
    """Give up being root for good."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def watch(pipe: int, command: tuple[str, ...]) -> int:
    """Stay until the program ends; end it when the other end of the pipe is closed."""
    os.set_inheritable(pipe, False)
    child = os.posix_spawn(command[0], command, os.environ)

    def forward(number: int, _: FrameType | None) -> None:
        os.kill(child, number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        signal.signal(number, forward)
    threading.Thread(target=end_when_closed, args=(pipe, child), daemon=True).start()
    _, status = os.waitpid(child, 0)
    return abs(os.waitstatus_to_exitcode(status))


def end_when_closed(pipe: int, child: int) -> None:
    """Nothing is ever written to the pipe: reading ends when its only writer is gone."""
    while os.read(pipe, 1):
        pass
    for number in (signal.SIGINT, signal.SIGQUIT):
        os.kill(child, number)
        time.sleep(FAST_SHUTDOWN_SECONDS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
