"""Open the server of a folder in a process of its own: `elsewhere FOLDER [thread]`."""

import json
import sys
import threading
from pathlib import Path

from guilder.postgres import PostgresFailure, Server, open_server


def main(folder: str, thread: str = "") -> None:
    """Say in JSON how it went; keep the server until the input ends."""
    opened: list[Server] = []

    def work() -> None:
        try:
            server = open_server(Path(folder))
            server.wait_ready()
            opened.append(server)
            told = {"owned": server.owned, "url": server.url("guilder")}
        except PostgresFailure as failure:
            told = {"failure": str(failure)}
        print(json.dumps(told), flush=True)  # noqa: T201 - read by the test

    if thread:
        # Not the main thread: the kernel's signal cannot be used, the watchdog must.
        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
    else:
        work()
    sys.stdin.read()
    for server in opened:
        server.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
