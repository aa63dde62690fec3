"""Reaching the database: another's, the one that runs in the data folder, or one of our own."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final, TypeVar

import msgspec
import uvloop

from guilder import db, postgres
from guilder.settings import MIGRATIONS, Settings

from .say import progress

R = TypeVar("R")

COMMAND: Final = "a command"
PATIENCE_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05


class Reach(msgspec.Struct, frozen=True):
    """How to log in: as the owner where that is possible, and as the application."""

    owner_url: str | None
    app_url: str
    password: str | None = None
    server: postgres.Server | None = None


@contextmanager
def reach(settings: Settings, note: str = COMMAND) -> Iterator[Reach]:
    """Reach the database: attach to what runs, or start it for as long as this lasts."""
    if settings.database_url is not None:
        yield elsewhere(settings)
        return
    with _claim_or_attach(settings, note):
        server = open_embedded(settings)
        try:
            server.wait_ready()
            yield embedded(server)
        finally:
            server.stop()


@contextmanager
def stand(settings: Settings, note: str) -> Iterator[Reach]:
    """Have the database for as long as the system runs, and tell others where it is served."""
    if settings.database_url is not None:
        yield elsewhere(settings)
        return
    with _claimed(settings) as claim:
        server = open_embedded(settings)
        try:
            import guilder.app  # noqa: F401, PLC0415 - loads while the server starts

            server.wait_ready()
            claim.note(note)
            yield embedded(server)
        finally:
            server.stop()


@contextmanager
def _claimed(settings: Settings) -> Iterator[postgres.FolderLock]:
    """Claim the data folder; a short command that has it is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            claim = postgres.claim_folder(settings.data, "starting")
        except postgres.AlreadyRunning:
            holder = postgres.holder_of(settings.data)
            passing = holder is None or holder.note == COMMAND
            if not passing or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
            continue
        with claim:
            yield claim
        return


def open_embedded(settings: Settings) -> postgres.Server:
    """Attach to the server of the data folder, or start it."""
    return postgres.open_server(
        settings.data,
        settings=settings.postgres_settings,
        binaries=settings.postgres_binaries,
        progress=progress,
    )


def embedded(server: postgres.Server) -> Reach:
    """The embedded server trusts whoever reaches its socket, which is nobody else."""
    return Reach(server.url("guilder"), server.url(db.APP_ROLE), server=server)


def elsewhere(settings: Settings) -> Reach:
    """A server of somebody else's, by its address."""
    url = settings.database_url or ""
    if db.is_app_role(url):
        return Reach(None, url)
    password = db.app_password(settings.secret)
    return Reach(url, db.as_app_role(url, password), password)


async def bring_up_to_date(found: Reach) -> None:
    """Apply pending migrations, where we come as the owner."""
    if found.owner_url is not None:
        await db.migrate(
            found.owner_url, MIGRATIONS, app_password=found.password, progress=progress
        )


def with_pool(settings: Settings, work: Callable[[db.Pool], Awaitable[R]]) -> R:
    """Run one command against the database."""

    async def run(found: Reach) -> R:
        if found.server is not None and found.server.owned:
            await bring_up_to_date(found)
        elif found.server is not None:
            await _wait_for_schema(found)
        async with _pool(found) as pool:
            return await work(pool)

    with reach(settings) as found:
        return uvloop.run(run(found))


@asynccontextmanager
async def _pool(found: Reach) -> AsyncIterator[db.Pool]:
    """A few connections. What is emitted reaches the relay at its next look."""
    pool = await db.open_pool(found.app_url, size=4, name="guilder command")
    pool.before_commit.append(_write_facts)
    try:
        await db.refuse_a_role_that_could_bypass(pool)
        await db.refuse_another_schema(pool, MIGRATIONS)
        yield pool
    finally:
        await pool.close()


async def _write_facts(tx: db.Tx) -> None:
    if tx.facts:
        from guilder import events  # noqa: PLC0415 - what only looks has none, and need not wait

        await events.write_facts(tx)


async def _wait_for_schema(found: Reach) -> None:
    """Let who has just started the database bring it up to date, before we come."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while found.owner_url and await db.pending(found.owner_url, MIGRATIONS):
        if time.monotonic() > deadline:
            return
        await asyncio.sleep(POLL_SECONDS)


@contextmanager
def _claim_or_attach(settings: Settings, note: str) -> Iterator[None]:
    """Hold the folder while nobody serves it; otherwise wait until its server answers.

    Another command is waited for: its server ends with it.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        holder = postgres.holder_of(settings.data)
        if holder is not None and holder.note != COMMAND:
            _wait_for_server(settings)
            yield
            return
        try:
            claim = postgres.claim_folder(settings.data, note)
        except postgres.AlreadyRunning:
            if time.monotonic() > deadline:
                raise
            continue
        with claim:
            yield
        return


def _wait_for_server(settings: Settings) -> None:
    """Let who serves the folder start the server, so that it never hangs on a command."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    state = settings.data / "postgres" / "postmaster.pid"
    while postgres.holder_of(settings.data) and time.monotonic() < deadline:
        with suppress(OSError):
            if "ready" in state.read_text("utf-8", "replace"):
                return
        time.sleep(POLL_SECONDS)
