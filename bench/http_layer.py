"""What the endpoint layer costs: CPU per request of the server, beside bare Starlette + msgspec.

Both answer the same JSON POST with path, query and body, under the same server.
Rounds alternate, so that a noisy neighbour meets both.
"""

import asyncio
import multiprocessing
import os
import socket
import statistics
from collections.abc import Callable
from typing import Any

import msgspec
import uvicorn
import uvloop

ROUNDS = 7
REQUESTS = 4000
CONNECTIONS = 8
TICKS = os.sysconf("SC_CLK_TCK")


class Line(msgspec.Struct, forbid_unknown_fields=True):
    sku: str
    quantity: int


class Quote(msgspec.Struct, forbid_unknown_fields=True):
    lines: list[Line]
    note: str | None = None


class Options(msgspec.Struct):
    expand: str
    limit: int


class Quoted(msgspec.Struct):
    id: str
    expand: str
    items: int
    lines: list[Line]


BODY = msgspec.json.encode(
    {"lines": [{"sku": f"TULIP-{n}", "quantity": n + 1} for n in range(4)], "note": "by Friday"}
)
REQUEST = (
    b"POST /v1/carts/01927c4e/quotes?expand=lines&limit=20 HTTP/1.1\r\n"
    b"host: bench\r\naccept: application/json\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(BODY), BODY)
)


def bare() -> Any:
    """Starlette with msgspec, and nothing else."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    decode = msgspec.json.Decoder(Quote).decode

    async def quote(request: Request) -> Response:
        query = msgspec.convert(dict(request.query_params), Options, strict=False)
        body = decode(await request.body())
        answer = Quoted(request.path_params["cart_id"], query.expand, len(body.lines), body.lines)
        return Response(msgspec.json.encode(answer), 201, media_type="application/json")

    return Starlette(routes=[Route("/v1/carts/{cart_id}/quotes", quote, methods=["POST"])])


def ours() -> Any:
    """The same endpoint in our layer, with its limits, problems, log and metrics."""
    from guilder.http import Door, Rates, Reception, post
    from guilder.kernel import CursorSeal, Vault
    from guilder.logs import start_logging

    start_logging("info", "json")

    @post("/v1/carts/{cart_id}/quotes", None)
    async def quote(cart_id: str, expand: str, limit: int, body: Quote) -> Quoted:
        """Quote a cart."""
        return Quoted(cart_id, expand, len(body.lines), body.lines)

    unused: Any = None
    seals = CursorSeal(b"bench"), Vault(b"bench")
    reception = Reception(unused, unused, *seals, Rates())
    return Door([quote], reception)


def serve(build: Callable[[], Any], listener: socket.socket, *, protocol: str) -> None:
    """Serve in this process until it is ended; the log goes where nobody reads it."""
    from guilder.http import LimitedProtocol

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    config = uvicorn.Config(
        build(),
        http=LimitedProtocol if protocol == "ours" else "httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    uvloop.run(uvicorn.Server(config).serve([listener]))


async def load(port: int, requests: int) -> None:
    """Send requests over a few connections, each waiting for its answer."""

    async def client(count: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(count):
            writer.write(REQUEST)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 201"), head
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
        writer.close()

    await asyncio.gather(*(client(requests // CONNECTIONS) for _ in range(CONNECTIONS)))


def cpu_seconds(pid: int) -> float:
    """What a process has used so far, in user and system mode."""
    with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def main() -> None:
    """Measure both, in turns, and print what lies between them."""
    context = multiprocessing.get_context("fork")
    running = {}
    for name, build in (("bare", bare), ("ours", ours)):
        listener = socket.create_server(("127.0.0.1", 0))
        process = context.Process(
            target=serve, args=(build, listener), kwargs={"protocol": name}, daemon=True
        )
        process.start()
        running[name] = (process, listener.getsockname()[1])
        uvloop.run(load(listener.getsockname()[1], 400))
    spent: dict[str, list[float]] = {name: [] for name in running}
    for _ in range(ROUNDS):
        for name, (process, port) in running.items():
            before = cpu_seconds(process.pid or 0)
            uvloop.run(load(port, REQUESTS))
            spent[name].append((cpu_seconds(process.pid or 0) - before) / REQUESTS * 1e6)
    for process, _ in running.values():
        process.terminate()
    per_request = {name: statistics.median(values) for name, values in spent.items()}
    difference = per_request["ours"] - per_request["bare"]
    print(f"  bare Starlette + msgspec  {per_request['bare']:6.0f} µs CPU a request")
    print(f"  our layer                 {per_request['ours']:6.0f} µs CPU a request")
    print(f"  on top of bare            {difference:6.0f} µs (goal: at most 60)")
