"""A process of the system, from the first loop to the last answer."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec
import structlog
import uvicorn

from guilder import postgres
from guilder.app import System, keep_running
from guilder.http import DRAIN_SECONDS, Door, LimitedProtocol

from .failures import CannotRun

LOOK_SECONDS: Final = 0.25
MOST_RESTARTS: Final = 5
RESTARTS_WITHIN_SECONDS: Final = 60.0

log = structlog.get_logger()


class _Server(uvicorn.Server):
    """Uvicorn without its own ideas about signals."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """Take the port before anything else is started, so that a taken one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as taken:
        listener.close()
        raise CannotRun(
            f"Cannot listen on {host}:{port} ({taken.strerror}): "
            "choose another --port, or --port 0 for a free one."
        ) from taken
    return listener


class Parts(msgspec.Struct, frozen=True):
    """Which parts of the system this process runs."""

    listener: socket.socket | None
    works: bool


async def run(
    system: System,
    parts: Parts,
    *,
    database: postgres.Server | None,
    on_ready: Callable[[], None],
) -> None:
    """Serve, work, or both, until a signal says to stop."""
    stop = _stop_on_signals()
    worker = system.worker() if parts.works else None
    tasks = _loops(system, works=parts.works)
    working = asyncio.create_task(keep_running("worker", worker.run)) if worker else None
    watching = asyncio.create_task(_watch(database, stop)) if database else None
    hang_up = await _serve(system, parts.listener, stop) if parts.listener else None
    on_ready()

    await stop.wait()
    if hang_up:
        await hang_up()
    if worker and working:
        worker.drain()
        await working
    await _cancel(tasks)
    if watching:
        await _cancel([watching])
        if not watching.cancelled() and (failure := watching.exception()):
            raise failure


def _loops(system: System, *, works: bool) -> list[asyncio.Task[None]]:
    """What goes on beside the answers and the jobs, begun."""
    loops = {
        "signals": system.signals.run,
        "last uses": lambda: system.gate.keep_notes(system.pool),
        "calls of the minute": lambda: system.rates.keep_exchanging(system.pool),
    }
    if works:
        loops |= {"relay": system.relay().run, "schedules": system.keep_schedules}
    return [asyncio.create_task(keep_running(name, loop)) for name, loop in loops.items()]


async def _serve(
    system: System, listener: socket.socket, stop: asyncio.Event
) -> Callable[[], Awaitable[None]]:
    """Answer from now on; what comes back ends that when all that was asked is answered."""
    door = system.door()
    server = _server(door)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.001)
    serving.add_done_callback(lambda _: stop.set())
    if serving.done():
        await serving

    async def hang_up() -> None:
        door.drain()
        server.should_exit = True
        await serving

    return hang_up


async def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _server(door: Door) -> _Server:
    return _Server(
        uvicorn.Config(
            door,
            http=LimitedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            backlog=2048,
            timeout_graceful_shutdown=int(DRAIN_SECONDS),
        )
    )


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _watch(database: postgres.Server, stop: asyncio.Event) -> None:
    """Start the embedded server again when it was killed; give up when it keeps dying."""
    loop = asyncio.get_running_loop()
    restarts: list[float] = []
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        if not database.owned or database.is_alive():
            continue  # whoever owns it starts it again, at the same place
        restarts = [at for at in restarts if at > loop.time() - RESTARTS_WITHIN_SECONDS]
        if len(restarts) >= MOST_RESTARTS:
            stop.set()
            raise CannotRun("The database server has ended, again and again: see postgres.log.")
        restarts.append(loop.time())
        log.warning("the database server has ended, starting it again")
        try:
            database.restart()
            await asyncio.to_thread(database.wait_ready)
        except postgres.PostgresFailure:
            stop.set()
            raise
