"""SMTP: a letter is handed to a server, in a thread, within a time."""

import asyncio
import re
import smtplib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from guilder.settings import SettingsNotValid

from .letter import LetterRefused, MailUnavailable
from .message import Message

SOCKET_SECONDS: Final = 10.0
DELIVERY_SECONDS: Final = 25.0
"""How long a delivery may take in all: a job has a little longer."""

MOST_AT_ONCE: Final = 4
PORTS: Final = {"smtp": 587, "smtps": 465}
FIRST_PERMANENT: Final = 500
ABOUT_THE_LETTER: Final = (
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
)
ABOUT_US: Final = frozenset({530, 534, 535, 538})
"""Refusals of who we are and how we come, which an operator mends: they say nothing of a letter."""

REASON_CHARACTERS: Final = 200
ADDRESS: Final = re.compile(r"\S+@\S+")


Tls = Literal["at_once", "needed", "offered", "off"]
"""When TLS begins: with the first word, by STARTTLS always or where it is offered, or never."""


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Who carries our letters away."""

    host: str
    port: int
    user: str | None = None
    password: str | None = None
    tls: Tls = "needed"

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


def read_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:password@host:587`, which turns to TLS, or `smtps://…`, which begins with it.

    Without TLS only this machine is spoken to, or a server that is named with `?tls=off`, and
    that one is told no password.
    """
    try:
        parts = urlsplit(url)
        port, options = parts.port, dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    except ValueError as wrong:
        raise _not_usable("it is no address") from wrong
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise _not_usable("it begins with smtp:// or smtps://, and a server follows")
    user, password = (unquote(one) if one else None for one in (parts.username, parts.password))
    if (user is None) != (password is None) or not f"{user}{password}".isascii():
        raise _not_usable("a user has a password, both in ASCII, and what is not a letter as %…")
    is_off = options == {"tls": "off"}
    if options and not (is_off and user is None and parts.scheme == "smtp"):
        raise _not_usable("?tls=off stands alone, for a server that asks for no password")
    return SmtpServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=user,
        password=password,
        tls=_tls(parts.scheme, parts.hostname, is_off=is_off),
    )


def _tls(scheme: str, host: str, *, is_off: bool) -> Tls:
    if scheme == "smtps":
        return "at_once"
    if is_off:
        return "off"
    return "offered" if is_loopback(host) else "needed"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _not_usable(why: str) -> SettingsNotValid:
    return SettingsNotValid(f"The setting smtp_url cannot be used: {why}.")


class Carrier:
    """Hands letters to the server, a few at once, each over a connection of its own."""

    def __init__(self, server: SmtpServer, *, seconds: float = DELIVERY_SECONDS) -> None:
        self._server = server
        self._seconds = seconds
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._threads = ThreadPoolExecutor(MOST_AT_ONCE, thread_name_prefix="mail")

    async def deliver(self, message: Message) -> None:
        """Have the server take a letter, or say why it did not."""
        loop = asyncio.get_running_loop()
        async with self._room:
            talk = _Talk(self._server)
            try:
                async with asyncio.timeout(self._seconds):
                    await loop.run_in_executor(self._threads, talk.deliver, message)
            except TimeoutError as slow:
                talk.hang_up()
                raise MailUnavailable("the server did not answer in time") from slow
            except asyncio.CancelledError:
                talk.hang_up()
                raise


class _Talk:
    """One connection, and one letter."""

    def __init__(self, server: SmtpServer) -> None:
        self._server = server
        self._client: smtplib.SMTP | None = None
        self._is_over = False

    def deliver(self, message: Message) -> None:
        try:
            client = self._client = self._connect(message.sender.rpartition("@")[2])
            try:
                self._secure(client)
                self._hand_over(client, message)
            finally:
                client.close()
        except OSError as failure:  # whatever smtplib and ssl raise is one of these
            raise _judged(failure) from None

    def hang_up(self) -> None:
        """End the connection from another thread, whatever is being waited for."""
        self._is_over = True
        if self._client is not None and self._client.sock is not None:
            with suppress(OSError):
                self._client.sock.shutdown(socket.SHUT_RDWR)

    def _connect(self, own_name: str) -> smtplib.SMTP:
        host, port, seconds = self._server.host, self._server.port, SOCKET_SECONDS
        if self._server.tls == "at_once":
            tls = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, own_name, timeout=seconds, context=tls)
        return smtplib.SMTP(host, port, own_name, timeout=seconds)

    def _secure(self, client: smtplib.SMTP) -> None:
        """Turn to TLS. Where it has to be, nothing is said to a server that offers none."""
        if self._is_over:
            raise smtplib.SMTPServerDisconnected("nobody waits any more")
        client.ehlo_or_helo_if_needed()
        if self._server.tls in {"at_once", "off"}:
            return
        if client.has_extn("starttls"):
            client.starttls(context=ssl.create_default_context())
        elif self._server.tls == "needed":
            raise smtplib.SMTPNotSupportedError("the server offers no TLS")

    def _hand_over(self, client: smtplib.SMTP, message: Message) -> None:
        if self._server.user is not None:
            client.login(self._server.user, self._server.password or "")
        client.ehlo_or_helo_if_needed()
        options = []
        if message.is_international:
            if not client.has_extn("smtputf8"):
                raise LetterRefused("the server takes addresses in ASCII only")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        client.sendmail(message.sender, [message.recipient], message.content, options)
        with suppress(OSError):  # it has the letter, however it takes its leave
            client.quit()


def _judged(failure: OSError) -> Exception:
    """What a failure says of the letter: never, or not now."""
    answer: tuple[int, bytes | str]
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        answer = next(iter(failure.recipients.values()))
    elif isinstance(failure, smtplib.SMTPResponseException):
        answer = failure.smtp_code, failure.smtp_error
    else:
        return MailUnavailable(_told(f"{type(failure).__name__}: {failure}"))
    code, text = answer
    said = f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
    if isinstance(failure, ABOUT_THE_LETTER) and code >= FIRST_PERMANENT and code not in ABOUT_US:
        return LetterRefused(_told(said))
    return MailUnavailable(_told(said))


def _told(said: str) -> str:
    """What a server said, without the address of whom it was about."""
    return ADDRESS.sub("…", " ".join(said.split()))[:REASON_CHARACTERS]
