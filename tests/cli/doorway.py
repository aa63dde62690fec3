"""A `./run` that has the program loaded already: it hands its words and streams to this process."""

import json
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote

from tests.cli.commands import Command

MOST_BYTES = 1 << 20

RUN = """#!/bin/sh
exec {python} -IS -c '{ask}' {door} "$@"
"""

ASK = """
import json, os, socket, sys

with socket.socket(socket.AF_UNIX) as door:
    door.connect(sys.argv[1])
    asked = [sys.argv[2:], dict(os.environ), os.getcwd()]
    socket.send_fds(door, [b"["], [0, 1, 2])
    door.sendall(json.dumps(asked).encode()[1:])
    door.shutdown(socket.SHUT_WR)
    sys.exit(int(door.recv(16)))
"""


@contextmanager
def at_hand(run: Path) -> Iterator[None]:
    """Put the file there, and do what is asked of it."""
    with (
        tempfile.TemporaryDirectory(prefix="guilder-door-") as folder,
        socket.socket(socket.AF_UNIX) as door,
    ):
        path = f"{folder}/door"  # a short one: the name of a socket cannot be long
        door.bind(path)
        door.listen()
        run.write_text(RUN.format(python=quote(sys.executable), ask=ASK, door=quote(path)))
        run.chmod(0o755)
        porter = threading.Thread(target=_open, args=(door,))
        porter.start()
        try:
            yield
        finally:
            door.shutdown(socket.SHUT_RDWR)
            porter.join()


def _open(door: socket.socket) -> None:
    while True:
        try:
            guest, _ = door.accept()
        except OSError:  # it was closed
            return
        threading.Thread(target=_do, args=(guest,)).start()


def _do(guest: socket.socket) -> None:
    with guest:
        asked, streams, _, _ = socket.recv_fds(guest, MOST_BYTES, 3)
        while more := guest.recv(MOST_BYTES):
            asked += more
        words, environment, place = json.loads(asked)
        command = Command(words, environment, streams, place=place)
        for stream in streams:
            socket.close(stream)
        guest.send(str(command.wait()).encode())
