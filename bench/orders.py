"""The whole journey over HTTP, as a shop's server would make it: from a cart to the order.

Five calls: a cart, two lines in it, the checkout, its payment at the sandbox, and the order
that came of it. Each of the four writes is durable, with what it reserves, sells and tells.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
import psutil
import uvloop

from bench.house import house, percentile, tenant
from bench.keepalive import KeepAlive
from bench.payments import cpu_seconds, database_processes, serving
from guilder import db, identity, postgres
from guilder.db import tenant_transaction
from guilder.kernel import Actor, ActorKind
from guilder.settings import MIGRATIONS, secret_in

CLIENTS = 16
SECONDS = 6
ROUNDS = 3
VARIANTS = 100
CALLS = 5
PAYMENT = b'{"gateway": "sandbox", "payment_method": "pm_card_visa"}'

Steps = Iterator[tuple[bytes, bytes, bytes]]


class Shopper(KeepAlive):
    """Begins another journey as soon as it has its order."""

    def __init__(
        self, secret: str, variants: list[str], *, until: float, times: list[float]
    ) -> None:
        super().__init__()
        self._secret = secret.encode()
        self._variants = variants
        self._until = until
        self._times = times
        self._answer: dict[str, Any] = {}

    def begin(self) -> None:
        self._began = time.perf_counter()
        self._journey = self._steps()
        self._step()

    def answered(self, head: bytes, body: bytes) -> None:
        if not head.startswith(b"HTTP/1.1 20"):
            self.done.set_exception(SystemExit(f"bench: {body[:600].decode()}"))
            return
        self._answer = msgspec.json.decode(body)
        self._step()

    def _step(self) -> None:
        try:
            method, path, body = next(self._journey)
        except StopIteration:
            self._arrive()
            return
        self.transport.write(
            b"%b %b HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer %b\r\n"
            b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
            % (method, path, self._secret, len(body), body)
        )

    def _arrive(self) -> None:
        now = time.perf_counter()
        self._times.append(now - self._began)
        if now < self._until:
            self.begin()
        else:
            self.leave()

    def _steps(self) -> Steps:
        number = len(self._times)
        one, two = (self._variants[(number + more) % len(self._variants)] for more in (0, 7))
        yield b"POST", b"/v1/carts", b'{"currency": "EUR"}'
        cart = self._answer["id"].encode()
        lines = [{"variant_id": one}, {"variant_id": two, "quantity": 2}]
        yield b"POST", b"/v1/carts/%b/lines" % cart, msgspec.json.encode({"lines": lines})
        yield b"POST", b"/v1/checkouts", b'{"cart_id": "%b"}' % cart
        checkout = self._answer["id"].encode()
        yield b"POST", b"/v1/checkouts/%b/payments" % checkout, PAYMENT
        yield b"GET", b"/v1/orders/%b" % self._answer["id"].encode(), b""


async def shop(
    addresses: list[str], secret: str, variants: list[str], *, clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Buy with so many clients for so long; answers orders a second, and how long each took."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    crowd = []
    for number in range(clients):
        at = urlsplit(addresses[number % len(addresses)])
        shopper = Shopper(secret, variants, until=until, times=times)
        await loop.create_connection(partial(_same, shopper), at.hostname or "", at.port or 0)
        crowd.append(shopper)
    await asyncio.gather(*(shopper.done for shopper in crowd))
    return len(times) / (time.perf_counter() - began), times


def _same(shopper: Shopper) -> Shopper:
    return shopper


async def stock_up(server: postgres.Server) -> tuple[str, list[str]]:
    """A tenant with a key, and something to sell."""
    async with house(server) as system:
        founded = await tenant(system)
        operator = Actor(kind=ActorKind.OPERATOR, tenant_id=founded.id, scopes=frozenset({"*"}))
        async with tenant_transaction(system.pool, founded.id, operator) as tx:
            issued = await identity.create_api_key(tx, operator, name="Bench", scopes=["*"])
        transport = httpx.ASGITransport(app=system.door())
        headers = {"authorization": f"Bearer {issued.secret}"}
        variants = [
            {
                "sku": f"BENCH-{number}",
                "name": f"No. {number}",
                "prices": [{"currency": "EUR", "unit_amount": 1000 + number}],
                "inventory": 1_000_000_000,
            }
            for number in range(VARIANTS)
        ]
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bench", headers=headers
        ) as client:
            body = {"name": "Bench", "billing_type": "one_time", "variants": variants}
            made = await client.post("/v1/products", json=body)
    return issued.secret, [variant["id"] for variant in made.json()["variants"]]


@contextmanager
def shop_server() -> Iterator[tuple[postgres.Server, Path, str, list[str]]]:
    """A database with durable commits, in which a tenant has something to sell."""
    with tempfile.TemporaryDirectory(prefix="guilder-bench-") as name:
        folder = Path(name)
        secret_in(folder)
        server = postgres.open_server(folder)
        try:
            server.wait_ready()
            uvloop.run(db.migrate(server.url("guilder"), MIGRATIONS))
            secret, variants = uvloop.run(stock_up(server))
            yield server, folder, secret, variants
        finally:
            server.stop()


def main() -> None:
    """Let 16 clients shop, with one serving process and with two."""
    with shop_server() as (_, folder, secret, variants):
        for count in (1, 2):
            with serving(folder, count) as (addresses, processes):
                uvloop.run(shop(addresses, secret, variants, clients=CLIENTS, seconds=3))
                print(f"  {count} serving, {CLIENTS} clients, {CALLS} calls an order")
                rates = [measure(addresses, processes, secret, variants) for _ in range(ROUNDS)]
                print(f"    {statistics.median(rates):.0f} orders a second (median of {ROUNDS})")


def measure(
    addresses: list[str], processes: list[psutil.Process], secret: str, variants: list[str]
) -> float:
    """One round: the rate, how long a journey took, and whose CPU it cost."""
    kinds = {"serving": processes, "database": database_processes(), "load": [psutil.Process()]}
    before = {kind: cpu_seconds(found) for kind, found in kinds.items()}
    rate, times = uvloop.run(shop(addresses, secret, variants, clients=CLIENTS, seconds=SECONDS))
    spent = {
        kind: (cpu_seconds(found) - before[kind]) / len(times) * 1e3
        for kind, found in kinds.items()
    }
    told = ", ".join(f"{kind} {cost:.2f}" for kind, cost in spent.items())
    print(
        f"    {rate:4.0f} orders a second, p50 {percentile(times, 0.5) * 1e3:.0f} ms; "
        f"CPU per order in ms: {told}, without the load {spent['serving'] + spent['database']:.2f}",
        flush=True,
    )
    return rate
