"""The mailer: writes letters and sends them, or lays them down in the outbox."""

import asyncio
from pathlib import Path
from typing import Final, Self, final

from prometheus_client import Counter

from guilder.kernel import Tool
from guilder.settings import Settings, SettingsNotValid

from .addresses import AddressNotSendable, Mailbox, read_mailbox
from .letter import Letter, LetterRefused, MailUnavailable
from .message import message_of
from .occasions import Occasion
from .outbox import Outbox
from .smtp import Carrier, read_smtp_url
from .writing import Reader, write

NOBODY: Final = Mailbox("guilder@localhost", "Guilder")
"""Who letters are from that lie in the outbox, where nobody else is named."""

LETTERS = Counter("guilder_letters_total", "Letters, and what became of them.", ["kind", "outcome"])


@final
class Mailer(Tool):
    """Writes in the name of this system, with links that lead to it."""

    def __init__(
        self,
        data: Path,
        *,
        public_url: str,
        smtp_url: str | None = None,
        mail_from: str | None = None,
    ) -> None:
        self.public_url = public_url
        self.outbox = None if smtp_url else Outbox(data)
        self._carrier = Carrier(read_smtp_url(smtp_url)) if smtp_url else None
        self.sender = _sender(mail_from, is_sent=smtp_url is not None)

    @classmethod
    def of(cls, settings: Settings, address: str | None = None) -> Self:
        """The mailer of these settings. The address is where we listen, if that is known."""
        here = address or f"http://{settings.host}:{settings.port}"
        return cls(
            settings.data,
            public_url=settings.public_url or here,
            smtp_url=settings.smtp_url,
            mail_from=settings.mail_from,
        )

    def write(
        self,
        occasion: Occasion,
        language: str | None,
        *,
        to: str,
        name: str | None = None,
        reply_to: str | None = None,
        unsubscribe_url: str | None = None,
        brand: str | None = None,
    ) -> Letter:
        """The letter about an occasion. An address to unsubscribe at ends letters of its kind.

        The brand is in whose name it is written, where that is not this system's.
        """
        reader = Reader(
            to=to,
            name=name,
            language=language,
            reply_to=reply_to,
            unsubscribe_url=unsubscribe_url,
        )
        own = self.sender.name or self.sender.domain
        return write(occasion, reader, brand=brand or own, public_url=self.public_url)

    async def send(self, letter: Letter) -> str:
        """Send a letter, and answer its Message-ID.

        `LetterRefused` says that it will never arrive, `MailUnavailable` that it did not now.
        """
        try:
            message = message_of(letter, self.sender)
            if self._carrier is not None:
                await self._carrier.deliver(message)
            elif self.outbox is not None:
                await asyncio.to_thread(self.outbox.keep, message)
        except (LetterRefused, MailUnavailable) as failure:
            outcome = "refused" if isinstance(failure, LetterRefused) else "unavailable"
            LETTERS.labels(letter.kind, outcome).inc()
            raise
        LETTERS.labels(letter.kind, "sent").inc()
        return message.id


def _sender(mail_from: str | None, *, is_sent: bool) -> Mailbox:
    if mail_from is None:
        if is_sent:
            raise SettingsNotValid("GUILDER_MAIL_FROM is missing: who are letters from?")
        return NOBODY
    try:
        return read_mailbox(mail_from)
    except AddressNotSendable as refused:
        raise SettingsNotValid(
            f"The setting mail_from cannot be used: {refused}. "
            "It is like `Ada's Tulips <shop@example.com>`."
        ) from refused
