"""Words that people gave, as they may stand in a letter: seen for what they are."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Final

UNSEEN: Final = re.compile(
    r"[\u200b\u200e\u200f\u061c\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
)
"""What turns text around, breaks it or hides in it. Joiners stay: scripts and emoji need them."""

LIKE_AN_ADDRESS: Final = re.compile(r"[/\\@:<>]|www|[^\s.]\.[^\W\d_]{2,}", re.IGNORECASE)
SHOWN_OF_A_NAME: Final = 2
LONGEST_GREETING: Final = 60


def one_line(text: str) -> str:
    """A text without what would end its line, hide in it, or write it backwards."""
    return " ".join(visible(text).split())


def visible(text: str) -> str:
    """A text of what can be seen, and its line ends."""
    kept = UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        one if one == "\n" else " " if unicodedata.category(one) in {"Cc", "Zl", "Zp"} else one
        for one in kept.encode("utf-8", "replace").decode()
    )


def greeted(name: str | None) -> str | None:
    """A name to be greeted by. One that a mail program makes a link of is an advertisement."""
    plain = one_line(name or "")
    if not plain or len(plain) > LONGEST_GREETING or LIKE_AN_ADDRESS.search(plain):
        return None
    return plain


def masked(address: str) -> str:
    """An address by which its owner knows it, and nobody else learns it."""
    local, _, domain = one_line(address).rpartition("@")
    return f"{local[: min(SHOWN_OF_A_NAME, len(local) - 1)]}…@{domain}"


def moment(at: datetime | None, language: str) -> str | None:
    """An instant, as people of the language write it."""
    from babel.dates import format_date, format_time  # noqa: PLC0415 - only letters need it

    if at is None:
        return None
    at = at.astimezone(UTC)
    day = format_date(at, "long", locale=language)
    return f"{day}, {format_time(at, 'short', tzinfo=UTC, locale=language)} UTC"
