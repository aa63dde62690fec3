"""The composition root: the only file that knows everyone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import msgspec
import structlog

from guilder import __version__, db, events, http, reference
from guilder.catalog.manifest import MANIFEST as CATALOG
from guilder.checkout import Numbers, Signers
from guilder.checkout.manifest import MANIFEST as CHECKOUT
from guilder.customers import Claims, Exports
from guilder.customers.manifest import MANIFEST as CUSTOMERS
from guilder.dashboard.manifest import MANIFEST as DASHBOARD
from guilder.feed.manifest import MANIFEST as FEED
from guilder.http import Door, Endpoint, Reception
from guilder.identity import Counts, Factors, Gate, Issuers, Passwords, Unsubscriptions
from guilder.identity.manifest import MANIFEST as IDENTITY
from guilder.jobs import InTransaction, InWorld, Job, Schedule, Worker, keep
from guilder.kernel import CursorSeal, Tool, Vault, networks
from guilder.ledger.manifest import MANIFEST as LEDGER
from guilder.mail import Mailer, outbox_endpoints
from guilder.manifest import Manifest
from guilder.outbound import Outbound
from guilder.pages import Forms, problem_page
from guilder.payments import Gateways
from guilder.payments.manifest import MANIFEST as PAYMENTS
from guilder.settings import MIGRATIONS, Settings
from guilder.storefront import PATHS_OF_BUYERS, OrderLinks
from guilder.storefront.manifest import MANIFEST as STOREFRONT

RESTART_SECONDS: Final = 1.0

log = structlog.get_logger()


class ForgetAnswers(Job, frozen=True):
    """Answers kept for repeated requests are forgotten after a day."""

    name = "http.forget_answers"


async def _forget_answers(pool: db.Pool, _: object, __: ForgetAnswers) -> None:
    await http.forget_answers(pool)


class ForgetCalls(Job, frozen=True):
    """Calls are counted by the minute, and minutes that are over are forgotten."""

    name = "http.forget_calls"


async def _forget_calls(tx: db.Tx, _: ForgetCalls) -> None:
    await http.forget_calls(tx)


HOUSE = Manifest(
    handlers=(
        InWorld(ForgetAnswers, _forget_answers),
        InTransaction(ForgetCalls, _forget_calls),
    ),
    schedules=(
        Schedule("http.forget_answers", "*/10 * * * *", ForgetAnswers()),
        Schedule("http.forget_calls", "*/5 * * * *", ForgetCalls()),
    ),
)

PACKAGES: Final = (
    HOUSE,
    IDENTITY,
    FEED,
    CATALOG,
    CUSTOMERS,
    LEDGER,
    PAYMENTS,
    CHECKOUT,
    STOREFRONT,
    DASHBOARD,
)


class System(msgspec.Struct):
    """Everything that one process runs, put together."""

    settings: Settings
    pool: db.Pool
    signals: db.Signals
    gate: Gate
    vault: Vault
    gateways: Gateways
    signers: Signers
    numbers: Numbers
    mailer: Mailer
    passwords: Passwords
    factors: Factors
    unsubscriptions: Unsubscriptions
    forms: Forms
    outbound: Outbound
    issuers: Issuers
    order_links: OrderLinks
    rates: http.Rates

    @property
    def tools(self) -> dict[type[Tool], Tool]:
        """What endpoints and jobs may ask for by its type."""
        exports = Exports([export for package in PACKAGES for export in package.exports])
        counts = {name: count for package in PACKAGES for name, count in package.quotas.items()}
        return {
            Gateways: self.gateways,
            Signers: self.signers,
            Numbers: self.numbers,
            Mailer: self.mailer,
            Exports: exports,
            Claims: Claims([claim for package in PACKAGES for claim in package.claims]),
            Passwords: self.passwords,
            Factors: self.factors,
            Unsubscriptions: self.unsubscriptions,
            Gate: self.gate,
            Counts: Counts(counts | {http.CALLS_PER_MINUTE: self.rates.used}),
            Forms: self.forms,
            Outbound: self.outbound,
            Issuers: self.issuers,
            OrderLinks: self.order_links,
        }

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
            rates=self.rates,
            tools=self.tools,
            trusted=networks(self.settings.trusted_proxies),
        )
        endpoints = [
            *self.endpoints,
            *http.health_endpoints(self.pool, lambda: door.draining),
        ]
        pages = reference.docs_endpoints(endpoints, version=__version__)
        pages += outbox_endpoints(self.mailer, self.settings.host)
        told = partial(problem_page, of_buyers=PATHS_OF_BUYERS)
        door = Door([*endpoints, *pages], reception, problem_page=told)
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

    @property
    def companions(self) -> list[events.Companion]:
        """Who acts on a fact within its transaction."""
        return [each.with_tools(self.tools) for package in PACKAGES for each in package.companions]

    def relay(self) -> events.Relay:
        """Who carries the facts."""
        consumers = [consumer for package in PACKAGES for consumer in package.consumers]
        consumers += [companion.as_consumer() for companion in self.companions]
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
    system = None
    try:
        await db.refuse_a_role_that_could_bypass(pool)
        await db.refuse_another_schema(pool, MIGRATIONS)
        signals = db.Signals(url)
        pool.signals = signals
        system = put_together(settings, pool, signals, url=url, address=address)
        yield system
    finally:
        await pool.close()
        if system is not None:
            await system.numbers.close()


def put_together(
    settings: Settings, pool: db.Pool, signals: db.Signals, *, url: str, address: str | None = None
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
    mailer = Mailer.of(settings, address)
    outbound = Outbound(settings.outbound_allow)
    system = System(
        settings,
        pool,
        signals,
        Gate(),
        vault,
        gateways,
        Signers(vault, settings.public_url or address or ""),
        Numbers(url),
        mailer,
        Passwords(settings.password_cost),
        Factors(vault, mailer.sender.name or mailer.sender.domain),
        Unsubscriptions(vault, mailer.public_url),
        Forms(vault, settings.public_url or address or ""),
        outbound,
        Issuers(outbound, vault, public_url=settings.public_url or address or ""),
        OrderLinks(vault, settings.public_url or address or ""),
        http.Rates(),
    )
    pool.before_commit += [events.accompany(system.companions), events.write_facts]
    return system


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
