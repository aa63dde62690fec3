"""`up`, `serve` and `work`: the whole system in one process tree, or its halves."""

import select
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from guilder.settings import Settings, read_settings

from .options import Data, Host, Port
from .say import say

if TYPE_CHECKING:
    from guilder.app import System

    from .reach import Reach
    from .running import Parts

Prepare = Callable[["System", "Reach", str], Awaitable[str]]
"""What is done before the system is called ready; answers more lines for the block."""


def up(*, data: Data = None, port: Port = None, host: Host = None) -> None:
    """Run everything: the database where none is named, the API, and the workers."""
    run_everything(read_settings(data=data, port=port, host=host))


def serve(*, data: Data = None, port: Port = None, host: Host = None) -> None:
    """Serve the API only. Apply migrations first with `guilder migrate`."""
    from .reach import reach  # noqa: PLC0415 - loaded by the command that runs

    settings = read_settings(data=data, port=port, host=host)
    listener = _listen(settings)
    with reach(settings, address_of(listener)) as found:
        _run(settings, found, _parts(listener, works=False), migrates=False)


def work(*, data: Data = None) -> None:
    """Do jobs and carry facts only."""
    from .reach import reach  # noqa: PLC0415 - loaded by the command that runs

    settings = read_settings(data=data)
    with reach(settings, "a worker") as found:
        _run(settings, found, _parts(None, works=True), migrates=False)


def run_everything(settings: Settings, prepare: Prepare | None = None) -> None:
    """Start all that is needed, say so in one block, and stop cleanly."""
    from .reach import stand  # noqa: PLC0415 - loaded by the command that runs

    listener = _listen(settings)
    with stand(settings, address_of(listener)) as found:
        _run(settings, found, _parts(listener, works=True), migrates=True, prepare=prepare)


def address_of(listener: socket.socket) -> str:
    """Where a browser finds us."""
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - only shown
    return f"http://{f'[{shown}]' if ':' in shown and '[' not in shown else shown}:{port}"


def _run(
    settings: Settings,
    found: "Reach",
    parts: "Parts",
    *,
    migrates: bool,
    prepare: Prepare | None = None,
) -> None:
    import uvloop  # noqa: PLC0415 - loaded while the database starts

    from guilder.app import open_system  # noqa: PLC0415
    from guilder.logs import start_logging  # noqa: PLC0415

    from .reach import bring_up_to_date  # noqa: PLC0415
    from .running import run  # noqa: PLC0415

    start_logging(settings.log_level, settings.log_format)
    address = address_of(parts.listener) if parts.listener else None

    async def everything() -> None:
        if migrates:
            await bring_up_to_date(found)
        async with open_system(settings, found.app_url, address=address) as system:
            more = await prepare(system, found, address) if prepare and address else ""
            await run(
                system,
                parts,
                database=found.server,
                on_ready=lambda: say(_block(settings, address) + more),
            )

    uvloop.run(everything())
    if select.select([], [sys.stdout], [], 0)[1]:  # nobody may be reading any more
        say("Guilder has stopped.")


def _listen(settings: Settings) -> socket.socket:
    from .running import listen  # noqa: PLC0415 - loaded by the command that runs

    return listen(settings.host, settings.port)


def _parts(listener: socket.socket | None, *, works: bool) -> "Parts":
    from .running import Parts  # noqa: PLC0415 - loaded by the command that runs

    return Parts(listener, works)


def _block(settings: Settings, address: str | None) -> str:
    lines = ["", "  Guilder is ready." if address else "  Guilder is working.", ""]
    if address:
        lines += [f"  address   {address}", f"  docs      {address}/docs"]
    lines += [f"  data      {settings.data}", "  stop      Ctrl-C", ""]
    return "\n".join(lines)
