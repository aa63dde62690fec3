"""Hosts of a test's own: servers on loopback, under whatever names a test gives them."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guilder.outbound import Outbound
from tests.payments.gateways.counterparts.paypal_server.authority import leaf, root
from tests.payments.gateways.counterparts.paypal_server.wire import Reply, Request, listen

LOOPBACK = ["127.0.0.0/8"]
PUBLIC = "93.184.216.34"


@dataclass
class Names:
    """A resolver that says what a test wants, and another thing the next time if it wants that."""

    known: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, _: int) -> Sequence[str]:
        self.asked.append(host)
        answers = self.known[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


@dataclass
class Host:
    """A server, and what it was asked."""

    port: int = 0
    replies: dict[str, Reply | None] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    async def answer(self, request: Request) -> Reply | None:
        self.requests.append(request)
        return self.replies.get(request.path, Reply(200, {"path": request.path}))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def host(*, name: str | None = None) -> AsyncIterator[Host]:
    """A server; with a name, it shows a certificate for it."""
    served = Host()
    async with listen(served.answer, certificate_for(name) if name else None) as port:
        served.port = port
        yield served


@asynccontextmanager
async def mute_host() -> AsyncIterator[tuple[int, asyncio.Queue[None]]]:
    """A server that never says a word, not even to greet; and what tells of each that hung up."""
    hung_up: asyncio.Queue[None] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(-1)
        writer.close()
        hung_up.put_nowait(None)

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], hung_up


def certificate_for(name: str) -> ssl.SSLContext:
    shown = leaf(name, root())
    key = shown.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shown.pem"
        path.write_bytes(shown.pem + key)
        context.load_cert_chain(path)
    return context


def client(
    allowed: Sequence[str] = tuple(LOOPBACK), **known: list[list[str]] | list[str]
) -> Outbound:
    """A client that trusts the tests' authority, and knows these names (`_` for a dot) only."""
    return Outbound(allowed, resolve=names(**known).resolve, trust=trust())


def names(**known: list[list[str]] | list[str]) -> Names:
    """The addresses of each name; of several lists, one after the other."""
    return Names(
        {
            name.replace("_", "."): answers if isinstance(answers[0], list) else [answers]
            for name, answers in known.items()
        }
    )


def trust() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=root().pem.decode())
