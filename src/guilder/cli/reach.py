"""Reaching the database: another's, the one that runs in the data folder, or one of our own."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

import msgspec
import uvloop

from guilder import db, events, postgres
from guilder.settings import MIGRATIONS, Settings

from .say import progress

R = TypeVar("R")

COMMAND: Final = "a command"
PATIENCE_SECONDS: Final = 20.0
POLL_SECONDS: Final = 0.05


class Reach(msgspec.Struct, frozen=True):
    """How to log in: as the owner where that is possible, and as the application."""

    owner_url: str | None
    app_url: str
    password: str | None = None
    server: postgres.Server | None = None


@contextmanager
def reach(settings: Settings) -> Iterator[Reach]:
    """Reach the database for a command: attach to what runs, or start it for a moment."""
    if settings.database_url is not None:
        yield elsewhere(settings)
        return
    with _claim_or_attach(settings):
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
        async with _pool(found) as pool:
            return await work(pool)

    with reach(settings) as found:
        return uvloop.run(run(found))


@asynccontextmanager
async def _pool(found: Reach) -> AsyncIterator[db.Pool]:
    """A few connections. What is emitted reaches the relay at its next look."""
    pool = await db.open_pool(found.app_url, size=4, name="guilder command")
    pool.before_commit.append(events.write_facts)
    try:
        await db.refuse_a_role_that_could_bypass(pool)
        yield pool
    finally:
        await pool.close()


@contextmanager
def _claim_or_attach(settings: Settings) -> Iterator[None]:
    """Hold the folder while nobody serves it; otherwise wait until its server answers."""
    try:
        claim = postgres.claim_folder(settings.data, COMMAND)
    except postgres.AlreadyRunning:
        yield
        return
    with claim:
        yield
