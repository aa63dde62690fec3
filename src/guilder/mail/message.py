"""The message: a letter as bytes, as servers pass it on.

Each line of the head is written here, and is refused where it would end too early, so what a
name or a subject holds cannot become another header.
"""

import email.policy
import re
import secrets
from email.header import Header
from email.message import EmailMessage
from email.utils import formatdate
from typing import Final

import msgspec

from .addresses import AddressNotSendable, Mailbox, sendable
from .letter import Letter
from .wording import one_line

LINE: Final = 76
"""How long a line of the head may be, where it can be folded."""

MOST_LINE_BYTES: Final = 998
LONGEST_WORD: Final = 60
FOLD: Final = "\r\n "
WEB: Final = re.compile(r"https?://[!-;=?-~]+")
BODY: Final = email.policy.SMTP.clone(cte_type="7bit")


class HeaderNotSafe(Exception):
    """A header would hold what ends it. It is a bug that it came so far."""


class Message(msgspec.Struct, frozen=True):
    """A letter on its way: the envelope, and what is in it."""

    id: str
    kind: str
    sender: str
    recipient: str
    content: bytes

    @property
    def is_international(self) -> bool:
        """Whether an address in it needs a server that knows more than ASCII."""
        return not (self.sender + self.recipient).isascii()


def message_of(letter: Letter, sender: Mailbox) -> Message:
    """Put a letter into its envelope, with an id and the date of this moment."""
    recipient = sendable(letter.to)
    message_id = f"<{secrets.token_hex(16)}@{sender.domain}>"
    head = [
        ("Message-ID", message_id),
        ("Date", formatdate().replace("-0000", "+0000")),
        ("From", _mailbox("From", sender)),
        ("To", _mailbox("To", Mailbox(recipient, letter.name))),
        *_reply_to(letter.reply_to),
        ("Subject", _words("Subject", one_line(letter.subject))),
        ("Content-Language", letter.language),
        ("Auto-Submitted", "auto-generated"),
        *(_unsubscribe(letter.unsubscribe_url) if letter.unsubscribe_url else []),
        ("Guilder-Letter", letter.kind),
    ]
    content = "".join(_line(name, value) for name, value in head).encode() + _body(letter)
    return Message(message_id, letter.kind, sender.address, recipient, content)


def _reply_to(address: str | None) -> list[tuple[str, str]]:
    """Who answers are for. One who cannot be written to by everybody is left out."""
    try:
        reply_to = sendable(address or "")
    except AddressNotSendable:
        return []
    return [("Reply-To", reply_to)] if reply_to.isascii() else []


def _unsubscribe(url: str) -> list[tuple[str, str]]:
    """One click ends it, without a page in between (RFC 8058)."""
    if not WEB.fullmatch(url):
        raise HeaderNotSafe("List-Unsubscribe")
    return [
        ("List-Unsubscribe", f"<{url}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


def _mailbox(header: str, mailbox: Mailbox) -> str:
    name = one_line(mailbox.name or "")
    if not name:
        return mailbox.address
    if _is_plain(name):
        name = '"{}"'.format(name.replace("\\", "\\\\").replace('"', '\\"'))
    else:
        name = _encoded(header, name)
    last = f"<{mailbox.address}>"
    is_short = len(f"{header}: {name} {last}") <= LINE
    return f"{name} {last}" if is_short else f"{name}{FOLD}{last}"


def _words(header: str, text: str) -> str:
    return text if _is_plain(text) else _encoded(header, text)


def _is_plain(text: str) -> bool:
    """Whether it may stand as it is: short, in ASCII, and like no encoded word."""
    return text.isascii() and len(text) <= LONGEST_WORD and "=?" not in text


def _encoded(header: str, text: str) -> str:
    return Header(text, "utf-8", maxlinelen=LINE, header_name=header).encode(linesep="\r\n")


def _line(name: str, value: str) -> str:
    parts = f"{name}: {value}".split(FOLD)
    if not all(one.isprintable() and len(one.encode()) < MOST_LINE_BYTES for one in parts):
        raise HeaderNotSafe(name)
    return FOLD.join(parts) + "\r\n"


def _body(letter: Letter) -> bytes:
    """The text, beside it the same as HTML, and files. No line is one that a server would break."""
    body = EmailMessage(policy=BODY)
    body.set_content(letter.text, cte="quoted-printable")
    body.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    for one in letter.attachments:
        kind, _, subtype = one.content_type.partition("/")
        body.add_attachment(one.content, kind, subtype, cte="base64", filename=one_line(one.name))
    return body.as_bytes()
