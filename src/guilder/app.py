"""The composition root: the only file that knows everyone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import structlog

from guilder import __version__, db, events, http, reference
from guilder.customers.manifest import MANIFEST as CUSTOMERS
from guilder.feed.manifest import MANIFEST as FEED
from guilder.http import Door, Endpoint, Reception
from guilder.identity import Gate
from guilder.identity.manifest import MANIFEST as IDENTITY
from guilder.jobs import InWorld, Job, Schedule, Worker, keep
from guilder.kernel import CursorSeal, Tool, Vault
from guilder.ledger.manifest import MANIFEST as LEDGER
from guilder.manifest import Manifest
from guilder.payments import Gateways
from guilder.payments.manifest import MANIFEST as PAYMENTS
from guilder.settings import MIGRATIONS, Settings

RESTART_SECONDS: Final = 1.0

log = structlog.get_logger()


class ForgetAnswers(Job, frozen=True):
    """Answers kept for repeated requests are forgotten after a day."""

    name = "http.forget_answers"


async def _forget_answers(pool: db.Pool, _: object, __: ForgetAnswers) -> None:
    await http.forget_answers(pool)


HOUSE = Manifest(
    handlers=(InWorld(ForgetAnswers, _forget_answers),),
    schedules=(Schedule("http.forget_answers", "*/10 * * * *", ForgetAnswers()),),
)

PACKAGES: Final = (HOUSE, IDENTITY, FEED, CUSTOMERS, LEDGER, PAYMENTS)


class System(msgspec.Struct):
    """Everything that one process runs, put together."""

    settings: Settings
    pool: db.Pool
    signals: db.Signals
    gate: Gate
    vault: Vault
    gateways: Gateways

    @property
    def tools(self) -> dict[type[Tool], Tool]:
        """What endpoints and jobs may ask for by its type."""
        return {Gateways: self.gateways}

    @property
    def endpoints(self) -> list[Endpoint]:
        return [endpoint for package in PACKAGES for endpoint in package.endpoints]

    def door(self) -> Door:
        """The ASGI application."""
        door: Door
        reception = Reception(
            pool=self.pool,
            gatekeeper=self.gate,
            seal=CursorSeal(self.settings.secret),
            vault=self.vault,
            rates=http.Rates(),
            tools=self.tools,
        )
        endpoints = [
            *self.endpoints,
            *http.health_endpoints(self.pool, lambda: door.draining),
        ]
        pages = reference.docs_endpoints(endpoints, version=__version__)
        door = Door([*endpoints, *pages], reception)
        return door

    def worker(self) -> Worker:
        """Who does the jobs."""
        handlers = [handler for package in PACKAGES for handler in package.handlers]
        return Worker(
            self.pool,
            self.signals,
            handlers,
            slots=self.settings.worker_slots,
            tools=self.tools,
        )

    def relay(self) -> events.Relay:
        """Who carries the facts."""
        consumers = [consumer for package in PACKAGES for consumer in package.consumers]
        return events.Relay(self.pool, self.signals, consumers)

    async def keep_schedules(self) -> None:
        """Enqueue what recurs."""
        await keep(self.pool, [one for package in PACKAGES for one in package.schedules])


@asynccontextmanager
async def open_system(
    settings: Settings, url: str, *, address: str | None = None
) -> AsyncIterator[System]:
    """Connect as the application, and refuse to go on with a role that could see too much.

    The address is where buyers reach us, unless the settings name another.
    """
    pool = await db.open_pool(url, size=settings.pool_size)
    try:
        await db.refuse_a_role_that_could_bypass(pool)
        await db.refuse_another_schema(pool, MIGRATIONS)
        signals = db.Signals(url)
        pool.signals = signals
        pool.before_commit.append(events.write_facts)
        yield put_together(settings, pool, signals, address=address)
    finally:
        await pool.close()


def put_together(
    settings: Settings, pool: db.Pool, signals: db.Signals, *, address: str | None = None
) -> System:
    """The parts of one process around its connections."""
    vault = Vault(*settings.secrets)
    gateways = Gateways(
        pool,
        vault,
        public_url=settings.public_url or address or "",
        stripe_url=settings.stripe_url,
        paypal_url=settings.paypal_url,
    )
    return System(settings, pool, signals, Gate(), vault, gateways)


async def keep_running(name: str, loop: Callable[[], Awaitable[None]]) -> None:
    """Run a loop that should never end, again after whatever ended it."""
    while True:
        try:
            await loop()
        except Exception:
            log.exception("loop ended, starting it again", loop=name)
        else:
            return
        await asyncio.sleep(RESTART_SECONDS)
